const MAIN = new URL('../../dist/main.js', import.meta.url).pathname

/** How the destination is started. Set DESTINATION_ENTRYPOINT to test another build, such as that of an image. */
export const DESTINATION = process.env['DESTINATION_ENTRYPOINT'] ?? `node ${MAIN} destination`

/** How the source is started. Set SOURCE_ENTRYPOINT to test another build. */
export const SOURCE = process.env['SOURCE_ENTRYPOINT'] ?? `node ${MAIN} source`
