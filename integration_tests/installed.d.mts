export class Unavailable extends Error {}
export const PATH: string
export function install(commands: readonly string[], packages: readonly string[]): Promise<void>
