/** The names a scenario may choose from. Apart from the schema, so that what only needs a name does not bring the validator along. */
export const WORKLOAD_PATTERNS = ['idle', 'sweep', 'uniform', 'hot-cold', 'zipf'] as const;
export const COMPRESSIONS = ['off', 'lz4', 'xbzrle'] as const;
export const FIDELITIES = ['auto', 'byte-exact', 'page-exact', 'expected'] as const;
export const TRACE_INSTALLS = ['loose', 'stop-based'] as const;
