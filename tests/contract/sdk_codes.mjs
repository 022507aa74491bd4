// Codes in numbers with the official client: run by test_sdk_codes.py, prints one JSON object.
// `start` makes a campaign with many codes and asks for more; `follow ID...` reads the jobs and the campaign.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { VoucherifyServerSide } = require('@voucherify/sdk')
const [apiUrl, applicationId, secretKey, step, ...rest] = process.argv.slice(2)
const client = VoucherifyServerSide({ apiUrl, applicationId, secretKey })

async function start() {
  const voucher = {
    type: 'DISCOUNT_VOUCHER',
    discount: { type: 'PERCENT', percent_off: 10, effect: 'APPLY_TO_ORDER' },
    code_config: { pattern: 'JS-####-####', charset: '23456789ABCDEFGH' },
  }
  const few = await client.campaigns.create({ name: 'Few', vouchers_count: 20, voucher })
  const many = await client.campaigns.create({ name: 'Many', vouchers_count: 900, voucher })
  const added = await client.campaigns.addVoucher('Few', { metadata: { wave: 2 } }, { vouchers_count: 300 })
  return {
    few: [few.vouchers_generation_status, few.vouchers_count],
    many: [many.vouchers_generation_status, many.vouchers_count],
    added: added.async_action_id,
  }
}

async function follow(...ids) {
  const jobs = []
  for (const id of ids) {
    const { type, status, operation_status, progress, result } = await client.asyncActions.get(id)
    jobs.push([type, status, operation_status, progress, result && result.done_count])
  }
  const listed = await client.asyncActions.list({ limit: 2, end_date: new Date(Date.now() + 60000).toISOString() })
  const campaigns = []
  for (const name of ['Few', 'Many']) {
    const { vouchers_generation_status, vouchers_count } = await client.campaigns.get(name)
    campaigns.push([vouchers_generation_status, vouchers_count])
  }
  const { vouchers } = await client.vouchers.list({ campaign: 'Few', limit: 100 })
  const fits = vouchers.every((voucher) => /^JS-[2-9A-H]{4}-[2-9A-H]{4}$/.test(voucher.code))
  return { jobs, listed: listed.async_actions.map((one) => one.object), campaigns, fits, read: vouchers.length }
}

console.log(JSON.stringify(step === 'start' ? await start() : await follow(...rest)))
