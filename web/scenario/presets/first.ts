/** What a visitor without a link sees; like `scenarios.ts` it is in the page as data. */
import * as v from 'valibot';
import { scenarioSchema, type Scenario } from '../schema.ts';
import { database } from './database.ts';

export const FIRST_PRESET_ID = 'database';

export const FIRST_SCENARIO: Scenario = v.parse(scenarioSchema, database);
