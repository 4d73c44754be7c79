/** A request that was sent, and the answer that comes. */
import type { Socket } from 'node:net'
import type { Incoming, Take } from '../incoming.ts'
import { bodyBytes, headIn, keepsOpen, type ResponseHead } from './response_head.ts'

/** Who gets an answer. */
export interface AnswerReceiver {
  /** Comes before anything of the body. Throws if the body is not wanted. */
  check(head: ResponseHead): void
  readonly take: Take
}

export interface Answer {
  /** Of HTTP. 0 if this is no answer that we understand. */
  readonly status: number
  /** Undefined unless it is an object, or a part of one, whose length is told beforehand. */
  readonly body: Incoming | undefined
}

/** Bytes. As Node's own HTTP has it. */
const LONGEST_HEAD = 16_384

export class Exchange implements Incoming {
  readonly #socket: Socket
  readonly #receiver: AnswerReceiver
  readonly #answer = deferred<Answer>()
  readonly #over = deferred<void>()
  /** The beginning of a head that has not come to its end. */
  #head: Buffer | undefined
  /** Bytes of the body that are to come, once there is a body. */
  #missing: number | undefined
  #keepsOpen = false

  constructor(socket: Socket, receiver: AnswerReceiver) {
    this.#socket = socket
    this.#receiver = receiver
    // Who gets no body waits for none.
    this.over.catch(() => {})
  }

  get answer(): Promise<Answer> {
    return this.#answer.promise
  }

  get over(): Promise<void> {
    return this.#over.promise
  }

  /** All of the answer has come, and another request may follow. */
  get isDone(): boolean {
    return this.#missing === 0 && this.#keepsOpen
  }

  resume(): void {
    if (this.#missing !== 0) this.#socket.resume()
  }

  destroy(error?: Error): void {
    if (this.#missing === 0) return
    this.#socket.destroy()
    if (error) this.fail(error)
    else this.#over.resolve()
  }

  fail(error: unknown): void {
    this.#answer.reject(error)
    this.#over.reject(error)
  }

  /** Takes what the socket has received. False: no more for now. */
  receive(bytes: Buffer): boolean {
    if (this.#missing !== undefined) return this.#receiveBody(bytes)
    const received = this.#head ? Buffer.concat([this.#head, bytes]) : bytes
    const end = received.indexOf('\r\n\r\n')
    if (end < 0 && received.length < LONGEST_HEAD) {
      this.#head = Buffer.from(received)
      return true
    }
    this.#begin(headIn(received.toString('latin1', 0, Math.max(0, end))))
    return this.#missing !== undefined && this.#receiveBody(received.subarray(end + 4))
  }

  #begin(head: ResponseHead | undefined): void {
    const bytes = head && bodyBytes(head)
    // From now on it may have to wait for us.
    this.#socket.setTimeout(0)
    if (!head || bytes === undefined) {
      this.#answer.resolve({ status: head?.status ?? 0, body: undefined })
      // What follows may be of any length.
      this.#socket.destroy()
      return
    }
    try {
      this.#receiver.check(head)
    } catch (error) {
      this.fail(error)
      this.#socket.destroy()
      return
    }
    this.#missing = bytes
    this.#keepsOpen = keepsOpen(head)
    this.#answer.resolve({ status: head.status, body: this })
  }

  #receiveBody(bytes: Buffer): boolean {
    const part = bytes.subarray(0, this.#missing)
    this.#missing = (this.#missing ?? 0) - part.length
    const goesOn = part.length === 0 || this.#receiver.take(part)
    if (this.#missing > 0) return goesOn
    this.#keepsOpen &&= part.length === bytes.length
    if (!this.#keepsOpen) this.#socket.destroy()
    this.#over.resolve()
    return true
  }
}

interface Deferred<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(error: unknown): void
}

function deferred<T>(): Deferred<T> {
  let made: Omit<Deferred<T>, 'promise'> = { resolve() {}, reject() {} }
  const promise = new Promise<T>((resolve, reject) => {
    made = { resolve, reject }
  })
  return { promise, ...made }
}
