// Exports with the official client: run by test_sdk_exports.py, prints one JSON object.
// `create` asks for a file; `fetch ID` reads the export and its file, then removes it.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { VoucherifyServerSide } = require('@voucherify/sdk')
const [apiUrl, applicationId, secretKey, step, id] = process.argv.slice(2)
const { exports } = VoucherifyServerSide({ apiUrl, applicationId, secretKey }).distributions

async function create() {
  const parameters = { fields: ['name', 'source_id'], order: '-name', filters: { junction: 'AND' } }
  return await exports.create({ exported_object: 'customer', parameters })
}

async function fetchFile() {
  const { status, result } = await exports.get(id)
  const answer = await fetch(result.url)
  const file = await answer.text()
  const before = (await exports.list({ limit: 5, order: '-created_at' })).total
  await exports.delete(id)
  const after = (await exports.list()).total
  return { status, file, listed: [before, after] }
}

console.log(JSON.stringify(step === 'create' ? await create() : await fetchFile()))
