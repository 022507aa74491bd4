// Loyalty tiers with the official client: run by test_sdk_tiers.py, prints one JSON object.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { VoucherifyServerSide } = require('@voucherify/sdk')
const [apiUrl, applicationId, secretKey, campaignId, ruleId, assignmentId, member] = process.argv.slice(2)
const { loyalties } = VoucherifyServerSide({ apiUrl, applicationId, secretKey })

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
