/** What `--help` shows of each local command. */
export const EXAMPLES = {
  init: [
    'init',
    'init --set storage.provider=local --set storage.path=./export --set destination.service=segment',
    `init --set storage.provider=gcs --set storage.bucket=my-export --set destination.service=segment --set destination.write_key='\${SEGMENT_WRITE_KEY}'`,
  ],
  sync: [
    'sync --source-config source.json --destination-config destination.json --state state.json',
    'sync --source-config source.json --destination-config destination.json --dry-run',
    "sync --source-config source.json --destination-config destination.json --streams 'users.messages.email.*,!*.Delivery'",
  ],
  preview: [
    'preview --source-config source.json --destination-config destination.json',
    "preview --source-config source.json --destination-config destination.json --streams '*.email.*' --limit 1",
  ],
  inspect: [
    'inspect --source-config source.json',
    'inspect --source-config source.json --html report.html',
    "inspect --source-config source.json --streams '*.Purchase' --json",
  ],
  sample: [
    'sample --out ./export',
    'sample --out ./export --events 100000 --hours 24 --format both --codec deflate',
    "sample --out ./export --streams 'users.messages.email.*' --seed 7",
  ],
  collector: [
    'collector --out ./received.jsonl',
    'collector --service rudderstack --port 8081',
    'collector --write-key my-key --fail-rate 0.1',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type LocalCommand = keyof typeof EXAMPLES

/** The end of a command's help. */
export const examplesText = (command: LocalCommand): string =>
  `\nExamples:\n${EXAMPLES[command].map((line) => `  braze-currents ${line}\n`).join('')}`
