// Imports with the official client: run by test_sdk_imports.py, prints one JSON object.
// `start CAMPAIGN FOLDER` sends files and arrays; `follow ID...` reads the jobs as the client's own tests do.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { VoucherifyServerSide } = require('@voucherify/sdk')
const [apiUrl, applicationId, secretKey, step, ...rest] = process.argv.slice(2)
const client = VoucherifyServerSide({ apiUrl, applicationId, secretKey })

async function start(campaign, folder) {
  const discount = { type: 'PERCENT', percent_off: 15, effect: 'APPLY_TO_ORDER' }
  return [
    await client.campaigns.importVouchersCSV(campaign, `${folder}/campaign.csv`),
    await client.campaigns.importVouchers(campaign, [{ code: 'LIST-1', active: false }]),
    await client.vouchers.importCSV(`${folder}/vouchers.csv`),
    await client.vouchers.import([{ code: 'ALONE-1', type: 'DISCOUNT_VOUCHER', discount }]),
    await client.customers.importCSV(`${folder}/customers.csv`),
    await client.products.importCSV(`${folder}/products.csv`),
  ].map((answer) => answer.async_action_id)
}

async function follow(...ids) {
  const jobs = []
  for (const id of ids) {
    const { type, operation_status, result } = await client.asyncActions.get(id)
    jobs.push([type, operation_status, result.done_count, result.failed_count])
  }
  const vouchers = await client.vouchers.list({ limit: 10 })
  return { jobs, codes: vouchers.vouchers.map((voucher) => voucher.code).sort() }
}

console.log(JSON.stringify(step === 'start' ? await start(...rest) : await follow(...rest)))
