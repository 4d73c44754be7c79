/** Preloaded by a test: at the end it prints which modules of Node.js were loaded, and which after V8's settings had changed. */
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
  const all = process.moduleLoadList
  const late = before === undefined ? undefined : modulesIn(all.slice(before))
  console.error(JSON.stringify({ all: modulesIn(all), late }))
})

const modulesIn = (list) => list.filter((name) => name.startsWith('NativeModule ')).map((name) => name.split(' ')[1])
