/** What a policy layer tells the QEMU below it before it starts, by the layer's own parameters. */
import { GIB, MIB, type Bytes } from '../../base/units.ts';
import { OVIRT_SCHEDULES } from '../policy/ovirt.ts';
import { proxmoxCacheBytes } from '../policy/proxmox.ts';
import { defaultsOf } from '../policy/parameters.ts';
import { QEMU_72, type QemuValues } from '../policy/qemu-profiles.ts';

export type Values = Readonly<Record<string, number | boolean | string>>;

const MB = 1_000_000;

type Settings = (values: Values, memoryBytes: Bytes) => Partial<Record<keyof typeof QEMU_72, unknown>>;

const SETTINGS: Readonly<Record<string, Settings>> = {
  kubevirt: (values) => ({
    'max-bandwidth': values['bandwidthPerMigration'],
    'downtime-limit': values['maxDowntime'],
    'auto-converge': values['allowAutoConverge'],
    'postcopy-ram': values['allowPostCopy'],
  }),
  nova: (values) => ({
    'max-bandwidth': (values['live_migration_bandwidth'] as number) * MIB,
    'downtime-limit': Math.floor(
      (values['live_migration_downtime'] as number) / (values['live_migration_downtime_steps'] as number),
    ),
    // Nova lets post-copy exclude auto-converge.
    'auto-converge':
      values['live_migration_permit_auto_converge'] === true &&
      values['live_migration_permit_post_copy'] === false,
    'postcopy-ram': values['live_migration_permit_post_copy'],
    multifd: (values['live_migration_parallel_connections'] as number) > 1,
    'multifd-channels': values['live_migration_parallel_connections'],
  }),
  ovirt: (values) => {
    const schedule = OVIRT_SCHEDULES[values['policy'] as string]!;
    return {
      'max-bandwidth': (values['migration_max_bandwidth'] as number) * MIB,
      'downtime-limit': schedule.initialMs,
      'auto-converge': schedule.autoConverge,
      xbzrle: schedule.compression,
      'postcopy-ram': schedule.last === 'post-copy',
    };
  },
  proxmox: (values, memoryBytes) => ({
    'max-bandwidth': (values['migrate_speed'] as number) * MB,
    'downtime-limit': (values['migrate_downtime'] as number) * 1000,
    xbzrle: values['xbzrle'],
    'xbzrle-cache-size': proxmoxCacheBytes(memoryBytes),
  }),
};

/** All of QEMU's parameters as the layer sets them. */
export function layerSettings(id: string, values: Values, memoryBytes: Bytes): QemuValues {
  return { ...defaultsOf(QEMU_72), ...SETTINGS[id]!(values, memoryBytes) } as unknown as QemuValues;
}

/** Time-outs count memory in GiB. */
export function dataGiB(memoryBytes: Bytes): number {
  return memoryBytes / GIB;
}
