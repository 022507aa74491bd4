// Publications with the official client: run by test_sdk_publications.py, prints one JSON object.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { VoucherifyServerSide, VoucherifyClientSide } = require('@voucherify/sdk')
const [apiUrl, applicationId, secretKey, clientApplicationId, clientSecretKey] = process.argv.slice(2)
const { distributions, vouchers, qualifications } = VoucherifyServerSide({ apiUrl, applicationId, secretKey })
const browser = VoucherifyClientSide({
  apiUrl,
  clientApplicationId,
  clientSecretKey,
  origin: 'https://shop.example',
  trackingId: 'carl',
})
const { publications } = distributions

const refused = async call => {
  try {
    await call()
    return null
  } catch (error) {
    return error.key
  }
}

const one = await publications.create({
  campaign: { name: 'Spring' },
  customer: { source_id: 'anna' },
  channel: 'JS',
  metadata: { wave: 1 },
})
const several = await publications.create({ campaign: { name: 'Spring', count: 2 }, customer: { source_id: 'ben' } })
const generic = await publications.create({ voucher: 'FRIENDS', customer: { email: 'new@shop.example' } })
const fromBrowser = await browser.publish('Spring', {})
const empty = await refused(() => publications.create({ campaign: { name: 'Spring' }, customer: { source_id: 'dora' } }))
const listed = await publications.list({ customer: 'anna', order: '-created_at', limit: 5 })
const failed = await publications.list({ result: 'FAILURE' })
const voucher = await vouchers.get(one.voucher.code)
const offered = await qualifications.checkEligibility({ customer: { source_id: 'anna' }, order: { amount: 1000 } })

console.log(
  JSON.stringify({
    one: [one.object, one.result, one.channel, one.customer.source_id, one.metadata],
    several: several.vouchers.length,
    generic: generic.voucher.code,
    browser: [fromBrowser.channel, fromBrowser.customer.source_id],
    refusals: [empty, failed.total, failed.publications[0].failure_code],
    listed: listed.publications.map(row => row.voucher.code === one.voucher.code),
    holder: voucher.holder_id === one.customer_id,
    count: voucher.publish.count,
    offered: offered.redeemables.data.map(row => row.id === one.voucher.code),
  }),
)
