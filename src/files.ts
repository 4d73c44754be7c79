/**
 * The files that the code reads at run time. They are found from here alone: once built, the code lies in other files
 * than in src/, and all of them lie beside this one.
 */

/** A file of the package, by its path from the package's root. */
export const packageFile = (path: string): URL => new URL(`../${path}`, import.meta.url)

/** What `npm run generate` made for the code. */
export const generatedFile = (name: string): URL => new URL(`generated/${name}`, import.meta.url)
