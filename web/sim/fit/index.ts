/** A measured migration, read from the log of another tool, and the simulated run that explains it best. */
export { outcomeOf } from './engine-outcome.ts';
export { candidates, neighbours, outcomeError, type Fitted, type Outcome } from './fit.ts';
export { LOG_FORMATS, type LogFormat, type Measured } from './measured.ts';
export { MOST_CHARACTERS, readLog } from './read.ts';
export { ENGINE_OF, parametersOf, scenarioOf } from './scenario.ts';
