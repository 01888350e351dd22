/** State of the VM and of the target. */
import { unable, type Rule } from './finding.ts';
import { fix, onHost, onVm } from './fix.ts';

const sameHost: Rule = {
  id: 'same-host',
  topic: 'State',
  short: 'It is there already',
  fault: '',
  severity: 'error',
  wording: 'ours',
  known: 'ours',
  find: (move) =>
    move.changesHost || move.movesDisk
      ? null
      : {
          message: `${move.vm.id} is on ${move.target.id} already.`,
          why: 'Choose another host, or another datastore for its disk.',
        },
};

const hostState: Rule = {
  id: 'host-state',
  topic: 'State',
  short: 'Target takes no VMs',
  fault: 'HostNotConnected',
  severity: 'error',
  wording: 'remembered',
  known: 'remembered',
  find(move) {
    const { target, room } = move;
    if (!move.changesHost || room.isOpen) return null;
    return {
      message: unable(move, 'The operation is not allowed in the current state of the host.'),
      why: `${target.id} is in maintenance, being emptied, on standby, or has failed.`,
      fix:
        target.state === 'connected'
          ? null
          : fix(
              `Take ${target.id} back into use`,
              onHost(target.id, () => ({ state: 'connected' as const })),
            ),
    };
  },
};

const notReady: Rule = {
  id: 'vm-not-ready',
  topic: 'State',
  short: 'Still powering on or resuming',
  fault: 'MigrationNotReady',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find: (move) =>
    move.vm.power === 'resuming'
      ? {
          message: unable(move, 'The virtual machine is not ready to be migrated.'),
          why: `${move.vm.id} is still powering on or resuming; wait until it runs.`,
          fix: fix(
            `Wait until ${move.vm.id} runs`,
            onVm(move.vm.id, () => ({ power: 'on' })),
          ),
        }
      : null,
};

const tools: Rule = {
  id: 'tools-installing',
  topic: 'State',
  short: 'VMware Tools are being installed',
  fault: 'ToolsInstallationInProgress',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find: (move) =>
    move.isLive && move.vm.installingTools
      ? {
          message: unable(move, 'VMware Tools installation is in progress on this virtual machine.'),
          why: 'The installer is mounted from the host; end or cancel it first.',
          fix: fix(
            `End the installation in ${move.vm.id}`,
            onVm(move.vm.id, () => ({ installingTools: false })),
          ),
        }
      : null,
};

const disabled: Rule = {
  id: 'migration-disabled',
  topic: 'State',
  short: 'Migration is disabled for this VM',
  fault: 'MigrationDisabled',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find: (move) =>
    move.vm.migrationDisabled
      ? {
          message: unable(move, 'Migration of this virtual machine is disabled.'),
          why: `A backup or another solution has disabled it for ${move.vm.id} and has to enable it again.`,
          fix: fix(
            `Enable migration of ${move.vm.id}`,
            onVm(move.vm.id, () => ({ migrationDisabled: false })),
          ),
        }
      : null,
};

export const STATE_RULES: readonly Rule[] = [sameHost, hostState, notReady, tools, disabled];
