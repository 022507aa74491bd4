// One shop's first day with the official client: run by test_javascript_sdk.py, prints one JSON object.
// With a fifth argument, a bearer token, the key in front of it is no key at all.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { VoucherifyServerSide } = require('@voucherify/sdk')
const [apiUrl, applicationId, secretKey, name, bearer] = process.argv.slice(2)
const customHeaders = bearer ? { Authorization: `Bearer ${bearer}` } : {}
const client = VoucherifyServerSide({ apiUrl, applicationId, secretKey, customHeaders })
const seen = {}

const campaign = await client.campaigns.create({
  name,
  campaign_type: 'DISCOUNT_COUPONS',
  type: 'STATIC',
  voucher: {
    type: 'DISCOUNT_VOUCHER',
    discount: { type: 'PERCENT', percent_off: 10, amount_limit: 1500 },
    redemption: { quantity: 1 },
    code_config: { pattern: 'SDK-######' },
  },
  metadata: { season: 'spring' },
})
seen.campaign = { id: campaign.id, status: campaign.creation_status, hasEnd: 'expiration_date' in campaign }

const code = `${name}-CODE`
const voucher = await client.campaigns.addCertainVoucher(name, code, {})
seen.voucher = { code: voucher.code, campaign: voucher.campaign, quantity: voucher.redemption.quantity }
const generated = await client.campaigns.addVoucher(name, {})
seen.generated = generated.code
const standalone = await client.vouchers.create({ type: 'DISCOUNT_VOUCHER', discount: { type: 'AMOUNT', amount_off: 500 } })
seen.standalone = standalone.code.length

const customer = { source_id: `${name}-anna`, email: 'anna@shop.example' }
const order = { source_id: `${name}-order`, items: [{ source_id: 'mug', related_object: 'product', quantity: 2, price: 4500 }] }
const redeemables = [{ object: 'voucher', id: code }]

const validation = await client.validations.validateStackable({ customer, order, redeemables })
seen.validation = {
  valid: validation.valid,
  total: validation.order.total_amount,
  inapplicable: 'inapplicable_redeemables' in validation,
  hasRules: 'stacking_rules' in validation,
}
const refused = await client.validations.validateStackable({ redeemables: [{ object: 'voucher', id: 'NOBODY-KNOWS' }] })
seen.refused = { valid: refused.valid, key: refused.redeemables[0].result.error.key }

const redemption = await client.redemptions.redeemStackable({ customer, order, redeemables })
const redemptionId = redemption.redemptions[0].id
seen.redemption = { result: redemption.redemptions[0].result, total: redemption.order.total_amount, status: redemption.order.status }

try {
  await client.redemptions.redeemStackable({ customer, order: { amount: 9000 }, redeemables })
} catch (error) {
  seen.second = { status: error.code, key: error.key, type: error.resource_type }
}

const listed = await client.redemptions.list({ result: 'SUCCESS', campaign: name })
seen.listed = { total: listed.total, first: listed.redemptions[0].id === redemptionId }
const uses = await client.redemptions.getForVoucher(code)
seen.uses = { quantity: uses.quantity, redeemed: uses.redeemed_quantity, entries: uses.redemption_entries.length }

const rollback = await client.redemptions.rollback(redemptionId, 'changed his mind')
seen.rollback = { result: rollback.result, reason: rollback.reason, total: rollback.order.total_amount, status: rollback.order.status }
const after = await client.vouchers.get(code)
seen.after = after.redemption.redeemed_quantity

const single = await client.validations.validateVoucher(code, { order: { amount: 10000 } })
seen.single = { valid: single.valid, total: single.order.total_amount }
const page = await client.vouchers.list({ campaign: name, limit: 10 })
seen.page = { total: page.total, object: page.object }
await client.vouchers.disable(code)
const disabled = await client.validations.validateStackable({ redeemables })
seen.disabled = disabled.redeemables[0].result.error.key
seen.known = (await client.customers.get(`${name}-anna`)).email

console.log(JSON.stringify(seen))
