/** The names a scenario may choose from. Apart from the schema, so that what only needs a name does not bring the validator along. */
export const WORKLOAD_PATTERNS = ['idle', 'sweep', 'uniform', 'hot-cold', 'zipf'] as const;
export const COMPRESSIONS = ['off', 'lz4', 'xbzrle'] as const;
export const FIDELITIES = ['auto', 'byte-exact', 'page-exact', 'expected'] as const;
export const TRACE_INSTALLS = ['loose', 'stop-based'] as const;

/** Whose rules hold: limits and mechanism differ by generation. `seed`: vMotion as the oldest sources describe it. */
export const PROFILES = ['seed', 'esxi-6.7', 'esxi-8'] as const;

/** Oldest first: what a version can do includes what those before it can. */
export const ESX_VERSIONS = [
  '3.5',
  '4.0',
  '4.1',
  '5.0',
  '5.1',
  '5.5',
  '6.0',
  '6.5',
  '6.7',
  '6.7U2',
  '7.0',
  '7.0U1',
  '7.0U2',
  '8.0',
  '8.0U2',
  '9.0',
] as const;
export type EsxVersion = (typeof ESX_VERSIONS)[number];

/** CPU generations, each with its vendor, in the order of their EVC baselines. */
export const CPU_GENERATIONS = [
  'intel-merom',
  'intel-penryn',
  'intel-nehalem',
  'intel-westmere',
  'intel-sandybridge',
  'intel-ivybridge',
  'intel-haswell',
  'intel-broadwell',
  'intel-skylake',
  'intel-cascadelake',
  'intel-icelake',
  'intel-sapphirerapids',
  'amd-rev-e',
  'amd-rev-f',
  'amd-greyhound',
  'amd-greyhound-no3dnow',
  'amd-bulldozer',
  'amd-piledriver',
  'amd-steamroller',
  'amd-zen',
  'amd-zen2',
  'amd-zen3',
  'amd-zen4',
] as const;
export type CpuGeneration = (typeof CPU_GENERATIONS)[number];

export const LICENCES = [
  'hypervisor',
  'essentials',
  'essentials-plus',
  'standard',
  'enterprise',
  'enterprise-plus',
  'vsphere-foundation',
] as const;
export type Licence = (typeof LICENCES)[number];

export const GUEST_SYSTEMS = ['linux-64', 'linux-32', 'windows-64', 'windows-32', 'esxi'] as const;
export const DEVICE_KINDS = [
  'cdrom-host',
  'cdrom-client',
  'cdrom-datastore',
  'floppy-host',
  'serial-host',
  'parallel-host',
  'usb-host',
  'usb-client',
  'pci-passthrough',
  'sr-iov',
  'vgpu',
  'rdm-physical',
  'rdm-virtual',
  'raw-disk',
  'scsi-bus-sharing',
] as const;
export const POWER_STATES = ['on', 'off', 'suspended', 'resuming'] as const;
export const HOST_STATES = ['connected', 'maintenance', 'standby', 'not-responding'] as const;
export const HEALTH_STATES = ['healthy', 'moderate', 'severe'] as const;
export const HEALTH_PARTS = ['power', 'memory', 'fan', 'storage', 'network'] as const;
export const DATASTORE_KINDS = ['vmfs', 'nfs', 'vsan', 'local'] as const;
export const SWITCH_KINDS = ['standard', 'distributed'] as const;
export const STRETCH_KINDS = ['vxlan', 'nsx-l2-gateway', 'gre', 'gif', 'otv', 'vlan-trunk'] as const;
export const TCP_STACKS = ['default', 'vmotion', 'provisioning'] as const;
export const ENCRYPTIONS = ['disabled', 'opportunistic', 'required'] as const;
export const RULE_KINDS = [
  'affinity',
  'anti-affinity',
  'vm-host-must',
  'vm-host-should',
  'vm-host-must-not',
  'vm-host-should-not',
] as const;
export const DRS_ALGORITHMS = ['classic', 'pairwise', 'score'] as const;
export const DRS_LEVELS = ['off', 'manual', 'partial', 'full'] as const;
export const REMEDIES = ['quarantine', 'maintenance'] as const;
export const FAULTS = [
  'host-crash',
  'nic-down',
  'link-down',
  'link-flapping',
  'link-lossy',
  'partition',
  'datastore-apd',
  'vcenter-loss',
] as const;
