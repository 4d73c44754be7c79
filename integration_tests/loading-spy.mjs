/** Preloaded by a test: at the end it prints which modules of Node.js were loaded after V8's settings had changed. */
import { syncBuiltinESMExports } from 'node:module'
import v8 from 'node:v8'

const { setFlagsFromString } = v8
let before
v8.setFlagsFromString = (flags) => {
  before ??= process.moduleLoadList.length
  setFlagsFromString(flags)
}
syncBuiltinESMExports()

process.on('exit', () => {
  const late = before === undefined ? undefined : process.moduleLoadList.slice(before)
  const modules = late?.filter((name) => name.startsWith('NativeModule ')).map((name) => name.split(' ')[1])
  console.error(JSON.stringify({ late: modules }))
})
