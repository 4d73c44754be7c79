/**
 * How the worker loads our modules: anew for each run, which a number behind `?` tells; without their types; and one of
 * them with all its mutants in it. What lies in node_modules is loaded once.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { transformSync } from '@swc/core'

const SWC = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' }, isModule: true }

/** Our modules by path, as JavaScript. */
const loaded = new Map()

/** @param {{ file: string, code: string }} mutated */
export function initialize({ file, code }) {
  if (file) loaded.set(file, transformSync(code, SWC).code)
}

export function resolve(specifier, context, next) {
  if (specifier === '@jest/globals') return { url: new URL('globals.ts', import.meta.url).href, shortCircuit: true }
  const run = context.parentURL && new URL(context.parentURL).search
  if (!run || !/^\.+\//.test(specifier)) return next(specifier, context)
  return { url: new URL(specifier + run, context.parentURL).href, format: 'module', shortCircuit: true }
}

export function load(url, context, next) {
  const { search, pathname } = new URL(url)
  if (!search || !pathname.endsWith('.ts')) return next(url, context)
  const path = fileURLToPath(url)
  const source = loaded.get(path) ?? transformSync(readFileSync(path, 'utf8'), { ...SWC, filename: path }).code
  loaded.set(path, source)
  return { source, format: 'module', shortCircuit: true }
}
