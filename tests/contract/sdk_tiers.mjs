// Earning rules and loyalty tiers with the official client: run by test_sdk_tiers.py, prints one JSON object.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { VoucherifyServerSide } = require('@voucherify/sdk')
const [apiUrl, applicationId, secretKey, campaignId, ruleId, assignmentId, member] = process.argv.slice(2)
const { loyalties } = VoucherifyServerSide({ apiUrl, applicationId, secretKey })

const [made] = await loyalties.createEarningRule(campaignId, [
  {
    event: 'order.paid',
    loyalty: {
      type: 'PROPORTIONAL',
      calculation_type: 'ORDER_TOTAL_AMOUNT',
      order: { total_amount: { every: 1000, points: 5 } },
    },
    source: { banner: '5 points for every 10.00' },
    pending_points: { period_type: 'DAY', period_value: 14 },
  },
])
const changed = await loyalties.updateEarningRule(campaignId, { ...made, pending_points: null })
const off = await loyalties.disableEarningRule(campaignId, made.id)
const on = await loyalties.enableEarningRule(campaignId, made.id)
const known = await loyalties.listEarningRules(campaignId, { order: 'created_at' })
const same = await loyalties.getEarningRule(campaignId, made.id)
await loyalties.deleteEarningRule(campaignId, made.id)
const [silver, gold] = await loyalties.createTiers(campaignId, [
  { name: 'Silver', points: { from: 1000, to: 4999 } },
  {
    name: 'Gold',
    points: { from: 5000, to: 9999 },
    earning_rules: { [ruleId]: { type: 'MULTIPLY', multiplier: 2 } },
    rewards: { [assignmentId]: { type: 'CUSTOM', points: 20 } },
    metadata: { colour: 'yellow' },
  },
])
const read = await loyalties.getTier(campaignId, gold.id)
const listed = await loyalties.listTiers(campaignId, { order: 'created_at' })
const rules = await loyalties.listLoyaltyTierEarningRules(campaignId, gold.id)
const rewards = await loyalties.listLoyaltyTierRewards(campaignId, gold.id)
const held = await loyalties.listMemberLoyaltyTiers(member)
const refused = await loyalties
  .createTiers(campaignId, [{ name: 'Platinum', points: { from: 9999 } }])
  .catch((error) => ({ code: error.code, key: error.key }))

console.log(
  JSON.stringify({
    rules: {
      banner: made.source.banner,
      waits: [made.pending_points.period_value, changed.pending_points ?? null],
      active: [off.active, on.active],
      known: known.data.length,
      same: same.id === made.id,
      left: (await loyalties.listEarningRules(campaignId)).total,
    },
    made: [silver.name, gold.name],
    same: JSON.stringify(read) === JSON.stringify(gold),
    listed: listed.data.map((tier) => [tier.name, tier.points.from, tier.points.to]),
    total: listed.total,
    earns: rules.data.map((rule) => rule.loyalty.points),
    pays: rewards.data.map((one) => one.assignment.parameters.loyalty.points),
    held: held.data.map((tier) => [tier.name, tier.expiration.expiration_date]),
    refused,
  }),
)
