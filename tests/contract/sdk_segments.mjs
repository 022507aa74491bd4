// Segments and product collections with the official client: run by test_sdk_segments.py, prints one JSON object.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { VoucherifyServerSide } = require('@voucherify/sdk')
const [apiUrl, applicationId, secretKey] = process.argv.slice(2)
const client = VoucherifyServerSide({ apiUrl, applicationId, secretKey })

const refusal = async (work) => {
  try {
    await work()
    return 'none'
  } catch (error) {
    return `${error.code} ${error.key}`
  }
}

const anna = await client.customers.create({ source_id: 'anna', address: { country: 'PL' } })
const bert = await client.customers.create({ source_id: 'bert', address: { country: 'DE' } })
const fixed = await client.segments.create({ name: 'Friends', type: 'static', customers: [anna.id, bert.id] })
const poles = await client.segments.create({
  name: 'Poles',
  type: 'auto-update',
  filter: { junction: 'AND', 'address.country': { conditions: { $is: ['PL'] } } },
})
const names = async (id) => (await client.segments.list(id)).data.map(({ name }) => name)
const before = [await names('anna'), await names('bert'), await names('nobody')]
await client.customers.update({ source_id: 'bert', address: { country: 'PL' } })
const after = await names('bert')
const read = await client.segments.get(poles.id)
const listed = (await client.customers.list({ segment_id: fixed.id })).total

const shoe = await client.products.create({ name: 'Red shoe', source_id: 'shoe', price: 9900 })
const toys = await client.productCollections.create({ name: 'Toys', type: 'STATIC', products: [{ id: shoe.id, object: 'product' }] })
const dear = await client.productCollections.create({
  name: 'Dear',
  type: 'AUTO_UPDATE',
  filter: { junction: 'and', price: { conditions: { $more_than: [5000] } } },
})
const content = (await client.productCollections.listProducts(dear.id)).data.map(({ name }) => name)
const all = await client.productCollections.get('pc_all')
const kept = await refusal(() => client.productCollections.delete('pc_all'))
await client.productCollections.delete(toys.id)
await client.segments.delete(fixed.id)

console.log(JSON.stringify({
  fixed: [fixed.type, fixed.filter, fixed.object],
  poles: [read.type, read.filter],
  before,
  after,
  listed,
  content,
  all: [all.name, all.type],
  kept,
  gone: [await refusal(() => client.segments.get(fixed.id)), await refusal(() => client.productCollections.get(toys.id))],
}))
