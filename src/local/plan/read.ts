/** Reads the plan that the command line names, and finds the shard in it. */
import { ConfigError } from '../../cdk/errors.ts'
import { validate } from '../../cdk/validate.ts'
import { readConfigFile } from '../config-file.ts'
import type { Variables } from '../environment-references.ts'
import { Plan } from './plan.ts'
import { type PlannedShard, plannedShard } from './shard.ts'

export async function readPlan(path: string): Promise<Plan> {
  const { what, value } = await readConfigFile(path, '--plan')
  return validate(Plan, value, what)
}

interface ShardArguments {
  readonly plan?: string
  readonly shard?: number
}

/** Undefined without a plan. */
export async function readShard({ plan, shard }: ShardArguments): Promise<PlannedShard | undefined> {
  if (plan !== undefined) return requireShard(plan, shard)
  if (shard === undefined) return undefined
  throw new ConfigError(`--shard ${shard} is a number in a plan. Name the file of the plan, too (--plan).`)
}

export async function requireShard(
  plan: string,
  shard: number | undefined,
  variables: Variables = process.env,
): Promise<PlannedShard> {
  return plannedShard(await readPlan(plan), shard ?? taskNumber(variables))
}

/** Where a task finds its number: in a Kubernetes Indexed Job, a Cloud Run job, an AWS Batch array job. */
const TASK_NUMBERS = ['JOB_COMPLETION_INDEX', 'CLOUD_RUN_TASK_INDEX', 'AWS_BATCH_JOB_ARRAY_INDEX']

function taskNumber(variables: Variables): number {
  const number = TASK_NUMBERS.map((name) => variables[name]).find((value) => /^\d+$/.test(value ?? ''))
  if (number !== undefined) return Number(number)
  throw new ConfigError(
    `Which shard of the plan is meant? Give its number, counted from 0 (--shard); ${TASK_NUMBERS[0]} is not set either.`,
  )
}
