import { ALL_WELL, again, type Fault, failed, STOPPED, second } from './fault.ts'

const silent = (why: string) => again(`{service} at {host} gave no answer (${why})`)

const untrusted = (code: string) =>
  `The certificate of {service} at {host} is not trusted (${code}). Check the address, or add the certificate authority with NODE_EXTRA_CA_CERTS.`

/** What happens to the connection with a service. */
export const CONNECTIONS: readonly Fault[] = [
  {
    fault: 'closes the connection before it has read the request',
    script: second('reset-early'),
    expected: { ...ALL_WELL, says: silent('ECONNRESET') },
  },
  {
    fault: 'reads the request and closes the connection, having kept nothing',
    script: second('reset'),
    expected: { ...ALL_WELL, says: silent('ECONNRESET') },
  },
  {
    fault: 'keeps the events, and the connection breaks before the answer',
    script: second({ status: 200, fate: 'lost' }),
    expected: { ...ALL_WELL, once: 20, twice: 10, says: silent('ECONNRESET') },
  },
  {
    fault: 'stops in the middle of its answer, having kept nothing',
    script: second('cut'),
    expected: { ...ALL_WELL, says: silent('ECONNRESET') },
  },
  {
    fault: 'answers one byte at a time',
    script: second({ status: 200, fate: 'slow' }),
    expected: ALL_WELL,
  },
  {
    fault: 'keeps the events, and answers one byte at a time without an end',
    script: second({ status: 200, fate: 'endless' }),
    timesOut: true,
    expected: { ...ALL_WELL, once: 20, twice: 10, says: silent('no answer within {timeout}') },
  },
  {
    fault: 'keeps the events, and never answers',
    script: second({ status: 200, fate: 'never' }),
    timesOut: true,
    expected: { ...ALL_WELL, once: 20, twice: 10, says: silent('no answer within {timeout}') },
  },
  {
    fault: 'never answers, having kept nothing',
    script: second('never'),
    timesOut: true,
    expected: { ...ALL_WELL, says: silent('no answer within {timeout}') },
  },
  {
    fault: 'is not there for more than half an hour',
    server: 'gone',
    expected: {
      ...STOPPED,
      once: 0,
      states: 'none',
      failure: 'transient_error',
      says: failed('{service} at {host} gave no answer (ECONNREFUSED)'),
    },
  },
  {
    fault: 'shows a certificate that nobody trusts',
    server: 'https without trust',
    expected: { ...STOPPED, once: 0, states: 'none', says: untrusted('DEPTH_ZERO_SELF_SIGNED_CERT') },
  },
  {
    fault: 'speaks no TLS where the address says `https`',
    server: 'https without TLS',
    expected: {
      ...STOPPED,
      once: 0,
      states: 'none',
      says: '{service} at {host} speaks no TLS (ERR_SSL_WRONG_VERSION_NUMBER). Check the address, its port above all.',
    },
  },
]
