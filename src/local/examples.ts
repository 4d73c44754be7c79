/** What `--help` shows behind the options. */

/** Of the program. */
export const MORE = `
A first look, on this machine alone:
  braze-currents sample --out ./export --events 10000
  braze-currents collector --service rudderstack &
  braze-currents init --set storage.provider=local --set storage.path=./export --set destination.service=rudderstack \\
    --set destination.data_plane_url=http://127.0.0.1:8080 --set destination.write_key=any
  braze-currents inspect --source-config source.json
  braze-currents preview --source-config source.json --destination-config destination.json
  braze-currents sync --source-config source.json --destination-config destination.json --state state.json

As a platform does it:
  braze-currents read --config source.json --catalog catalog.json --state state.json
  braze-currents destination check --config destination.json

Options of a command: braze-currents <command> --help
Exit codes: 0 success, 1 failure, 130 interrupted (Ctrl-C), 143 terminated.`

/** Of each local command. */
export const EXAMPLES = {
  init: [
    'init',
    'init --set storage.provider=local --set storage.path=./export --set destination.service=segment',
    `init --set storage.provider=gcs --set storage.bucket=my-export --set destination.service=segment --set destination.write_key='\${SEGMENT_WRITE_KEY}'`,
  ],
  sync: [
    'sync --source-config source.json --destination-config destination.json --state state.json',
    'sync --source-config source.json --destination-config destination.json --state s3://my-state-bucket/braze.json',
    'sync --source-config source.json --destination-config destination.json --dry-run',
    "sync --source-config source.json --destination-config destination.json --streams 'users.messages.email.*,!*.Delivery'",
    "sync --source-config source.json --destination-config destination.json --plan plan.json --shard 3 --state 'states/{shard}.json'",
  ],
  preview: [
    'preview --source-config source.json --destination-config destination.json',
    "preview --source-config source.json --destination-config destination.json --streams '*.email.*' --limit 1",
    'preview --source-config source.json --destination-config destination.json --html preview.html',
  ],
  inspect: [
    'inspect --source-config source.json',
    'inspect --source-config source.json --html report.html',
    "inspect --source-config source.json --streams '*.Purchase' --json",
  ],
  plan: [
    'plan --source-config source.json --shards 8',
    "plan --source-config source.json --shards 100 --parallel 8 --streams 'users.messages.*' --out plan.json",
  ],
  shard: [
    'shard --plan plan.json --shard 3 --source-config source.json --out ./shard-3',
    'shard --plan plan.json --shard 3 --source-config source.json --catalog catalog.json --out ./shard-3',
  ],
  merge: [
    "merge --plan plan.json --state 'states/{shard}.json' > state.json",
    "merge --plan plan.json --state 's3://my-state-bucket/plan/{shard}.json' --source-config source.json --format airbyte",
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

export const examplesText = (command: LocalCommand): string =>
  `\nExamples:\n${EXAMPLES[command].map((line) => `  braze-currents ${line}`).join('\n')}`
