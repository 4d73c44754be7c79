const PROXIES = ['http_proxy', 'https_proxy', 'all_proxy'].flatMap((name) => [name, name.toUpperCase()])

/** Whether requests may have to go through a proxy. Libraries know when, and how. */
export const hasProxy = (environment: NodeJS.ProcessEnv): boolean => PROXIES.some((name) => environment[name])
