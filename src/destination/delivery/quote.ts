/** What a service says, made fit for logs: nothing secret, nothing personal, not too long. */
import { type ByteString, fromByteString } from '../../cdk/bytes.ts'
import { redact } from '../../cdk/redact.ts'
import { formsOf } from '../../cdk/secrets.ts'

const REASON_CHARACTERS = 300

/** One line without markup, keys, e-mail addresses and long numbers. */
export function presentable(text: string, secrets: readonly string[]): string {
  return (
    redact(text, secrets)
      .replaceAll(/<(script|style)\b.*?<\/\1>|<[^>]*>/gis, ' ')
      // Numbers within a word may be part of another secret, which nobody would find any more without them.
      .replaceAll(/[^\s"'<>:,;]+@[^\s"'<>,;]+|(?<![\p{L}\d])\+?\d{7,}(?![\p{L}\d])/gu, '…')
      .replaceAll(/[\s\p{Cc}]+/gu, ' ')
      .trim()
      .slice(0, REASON_CHARACTERS)
  )
}

/**
 * All keys, in every form in which a service may repeat them. It may know more than the one of the request, and none is
 * left for later: without the numbers and the markup in it a key is not found any more, and most of it would be shown.
 */
export const secretsOf = (writeKeys: readonly string[]): readonly string[] =>
  writeKeys.flatMap(formsOf).filter((form) => form.length > 1)

const WORD = /[\p{L}\p{N}_]{3,}/gu
/** A string of a JSON text, and the colon behind it if it is a name. */
const STRING = /"((?:[^"\\]|\\.)*)"(\s*:)?/g

/** Where a quotation was cut: an end of the text, or dots, with or without a quotation mark. */
const CUT_BEFORE = /(?:^|\.\.\.|…)["'`\\]*$/
const CUT_AFTER = /^["'`\\]*(?:$|\.\.\.|…)/

/**
 * What a service says, without the words of the texts that it was sent: it may quote an event in part, or escaped once
 * more, and names stand in the events. Nor is there a part of a word where the quotation was cut.
 */
export function withoutWordsOf(request: string, text: string): string {
  const values = [...request.matchAll(STRING)].filter(([, , colon]) => colon === undefined)
  const sent = new Set(values.flatMap(([, value = '']) => wordsOf(value)))
  const isPart = (word: string, at: number): boolean => {
    const isEnd = CUT_BEFORE.test(text.slice(0, at))
    const isBeginning = CUT_AFTER.test(text.slice(at + word.length))
    return [...sent].some((one) => (isEnd && one.endsWith(word)) || (isBeginning && one.startsWith(word)))
  }
  return text.replaceAll(WORD, (word, at: number) => (sent.has(word) || isPart(word, at) ? '…' : word))
}

/** As it stands in JSON, and as it is meant: an `n` is part of a word, or of a line feed before it. */
const wordsOf = (value: string): readonly string[] =>
  [value, value.replaceAll(/\\[bfnrt]/g, ' ')].flatMap((form) => form.match(WORD) ?? [])

/** A service may quote the event. Its texts and longer numbers stay out of what we print: they may be personal. */
export function withoutValues(reason: string, line: ByteString): string {
  const quoted = valuesIn(line).flatMap((value) => value.match(/"(?:[^"\\]|\\.){3,}"|[\d.]{5,}/g) ?? [])
  const texts = quoted.map((text) => text.replace(/^"|"$/g, ''))
  return texts.toSorted((a, b) => b.length - a.length).reduce((rest, text) => rest.replaceAll(text, '…'), reason)
}

/** The members of a RECORD line's data, as JSON texts. */
function valuesIn(line: ByteString): readonly string[] {
  const { record } = JSON.parse(fromByteString(line)) as { readonly record: { readonly data: object } }
  return Object.values(record.data).map((value) => JSON.stringify(value))
}
