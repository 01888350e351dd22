/** Devices that hold a VM where it is (vSphere API documentation, and articles 1003787 and 1003794 of the knowledge base). */
import type { DEVICE_KINDS } from '../../scenario/choices.ts';
import type { Device } from '../../scenario/schema.ts';
import { unable, type Found, type Rule } from './finding.ts';
import { type Fix, fix, onVm } from './fix.ts';
import type { Move } from './move.ts';

type Kind = (typeof DEVICE_KINDS)[number];

const NAMES: Readonly<Record<Kind, string>> = {
  'cdrom-host': 'CD/DVD drive 1',
  'cdrom-client': 'CD/DVD drive 1',
  'cdrom-datastore': 'CD/DVD drive 1',
  'floppy-host': 'Floppy drive 1',
  'serial-host': 'Serial port 1',
  'parallel-host': 'Parallel port 1',
  'usb-host': 'USB 1',
  'usb-client': 'USB 1',
  'pci-passthrough': 'PCI device 0',
  'sr-iov': 'SR-IOV passthrough 1',
  vgpu: 'PCI device 0 (vGPU)',
  'rdm-physical': 'Hard disk 2 (raw device mapping, physical)',
  'rdm-virtual': 'Hard disk 2 (raw device mapping, virtual)',
  'raw-disk': 'Hard disk 2 (raw)',
  'scsi-bus-sharing': 'SCSI controller 1 (bus sharing)',
};

const OF_HOST = new Set<Kind>(['cdrom-host', 'floppy-host', 'serial-host', 'parallel-host']);
const PASSED = new Set<Kind>(['pci-passthrough', 'sr-iov', 'raw-disk', 'scsi-bus-sharing']);
const OF_CLIENT = new Set<Kind>(['cdrom-client', 'usb-client']);

function change(move: Move, device: Device, with_: Partial<Device> | null): Fix {
  const { id } = move.vm;
  const label = with_ ? `Disconnect ${device.id} of ${id}` : `Remove ${device.id} from ${id}`;
  return fix(
    label,
    onVm(id, ({ devices }) => ({
      devices: with_
        ? devices.map((one) => (one.id === device.id ? { ...one, ...with_ } : one))
        : devices.filter((one) => one.id !== device.id),
    })),
  );
}

/** Asks each device of a VM that moves to another host. */
function each(move: Move, find: (device: Device) => Found | null): Found[] {
  if (!move.isLive || !move.changesHost) return [];
  return move.vm.devices.flatMap((device) => find(device) ?? []);
}

const backing: Rule = {
  id: 'device-backing',
  topic: 'Devices',
  short: 'A device uses something of its host',
  fault: 'CannotAccessVmDevice',
  severity: 'error',
  wording: 'read',
  known: 'read',
  find: (move) =>
    each(move, (device) => {
      const store = move.inventory.stores.get(device.datastore);
      const isUnseen =
        device.kind === 'cdrom-datastore' && store !== undefined && !store.hosts.includes(move.target.id);
      if (!OF_HOST.has(device.kind) && !isUnseen) return null;
      const name = NAMES[device.kind];
      const uses = isUnseen ? `[${device.datastore}] ${device.id}.iso` : device.id;
      return {
        severity: device.connected ? 'error' : 'warning',
        message: unable(
          move,
          `${device.connected ? 'Currently connected device' : 'Device'} '${name}' uses backing '${uses}', which is not accessible.`,
        ),
        why: isUnseen
          ? `The image lies on ${device.datastore}, which ${move.target.id} does not see.`
          : `It is a drive or port of ${move.source.id} itself.`,
        fix: device.connected ? change(move, device, { connected: false }) : null,
      };
    }),
};

const remote: Rule = {
  id: 'device-remote',
  topic: 'Devices',
  short: "A device of somebody's desk is connected",
  fault: 'RemoteDeviceNotSupported',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find: (move) =>
    each(move, (device) => {
      if (!OF_CLIENT.has(device.kind) || !device.connected) return null;
      const isNew = move.bothAtLeast('7.0');
      return {
        severity: isNew ? 'warning' : 'error',
        message: isNew
          ? `'${NAMES[device.kind]}' is connected from a client: it is disconnected and connected again on the destination.`
          : unable(move, `Remote device '${NAMES[device.kind]}' is not supported.`),
        wording: isNew ? 'ours' : 'remembered',
        why: `Backed by the computer of a client; between two hosts of 7.0 or newer it may stay (${move.source.id} runs ${move.source.version}, ${move.target.id} ${move.target.version}).`,
        fix: change(move, device, { connected: false }),
      };
    }),
};

const passthrough: Rule = {
  id: 'device-passthrough',
  topic: 'Devices',
  short: 'A device is passed through',
  fault: 'DisallowedMigrationDeviceAttached',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find: (move) =>
    each(move, (device) => {
      if (!PASSED.has(device.kind)) return null;
      return {
        message: unable(move, `Migration is not allowed: device '${NAMES[device.kind]}' is attached.`),
        why: `The guest drives hardware of ${move.source.id} itself (${device.kind}); its state cannot be read and sent.`,
        fix: change(move, device, null),
      };
    }),
};

const usb: Rule = {
  id: 'device-usb',
  topic: 'Devices',
  short: 'A USB device is not enabled for vMotion',
  fault: 'DeviceNotSupported',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find: (move) =>
    each(move, (device) => {
      if (device.kind !== 'usb-host' || !device.connected || device.vmotion) return null;
      const { id } = move.vm;
      return {
        message: unable(
          move,
          `Currently connected device '${NAMES[device.kind]}' uses backing '${device.id}', which is not accessible.`,
        ),
        why: 'Every USB device of the host must be enabled for vMotion; then it stays in use over the network.',
        fix: fix(
          `Enable ${device.id} for vMotion`,
          onVm(id, ({ devices }) => ({
            devices: devices.map((one) => (one.id === device.id ? { ...one, vmotion: true } : one)),
          })),
        ),
      };
    }),
};

const vgpu: Rule = {
  id: 'device-vgpu',
  topic: 'Devices',
  short: 'vGPU: no GPU, or ESX too old',
  fault: 'DeviceNotSupported',
  severity: 'error',
  wording: 'ours',
  known: 'read',
  find: (move) =>
    each(move, (device) => {
      const { source, target } = move;
      if (device.kind !== 'vgpu') return null;
      // 6.7 U1 brought it; 6.7U2 is the first version after it in the list.
      const isOld = !move.bothAtLeast('6.7U2');
      if (!isOld && target.gpu) return null;
      return {
        message: unable(move, `Device '${NAMES.vgpu}' is not supported by the destination host.`),
        why: isOld
          ? `A VM with a vGPU moves from 6.7 U1 on: ${source.id} runs ${source.version}, ${target.id} ${target.version}.`
          : `${target.id} has no GPU for it.`,
      };
    }),
};

const mapping: Rule = {
  id: 'device-raw-mapping',
  topic: 'Devices',
  short: 'A raw device mapping cannot be copied',
  fault: 'PhysCompatRDMNotSupported',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find(move) {
    if (!move.movesDisk) return null;
    return move.vm.devices.flatMap((device) =>
      device.kind === 'rdm-physical'
        ? [
            {
              message: unable(
                move,
                `Device '${NAMES[device.kind]}' is a physical raw device mapping, which cannot be copied.`,
              ),
              why: 'Only the mapping file moves, the raw device stays where it is; the disk of the VM cannot leave it.',
              fix: change(move, device, null),
            },
          ]
        : [],
    );
  },
};

const affinity: Rule = {
  id: 'cpu-affinity',
  topic: 'Devices',
  short: 'Bound to CPUs of its host',
  fault: 'AffinityConfigured',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find(move) {
    if (!move.isLive || !move.changesHost || !move.vm.cpuAffinity) return null;
    return {
      message: unable(move, 'Virtual machine has CPU or memory affinity configured.'),
      why: `${move.vm.id} is bound to certain CPUs of ${move.source.id}; those of another host are others.`,
      fix: fix(
        `Clear the CPU affinity of ${move.vm.id}`,
        onVm(move.vm.id, () => ({ cpuAffinity: false })),
      ),
    };
  },
};

export const DEVICE_RULES: readonly Rule[] = [backing, remote, passthrough, usb, vgpu, mapping, affinity];
