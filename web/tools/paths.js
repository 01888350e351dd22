import { fileURLToPath } from 'node:url';

/** The folder of the checkout, so that every tool works from any working directory. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** @param {string} path relative to the checkout */
export const inRoot = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
