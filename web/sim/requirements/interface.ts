/** Requirements 2, 10 and 11: at least one vMotion interface of 1 Gbit/s on each host, a way between them, and a secured network. */
import type { Host, Nic } from '../../scenario/schema.ts';
import { cpuReservePpm } from '../network/stream.ts';
import { decideEncryption, type EncryptionEnd } from '../network/encryption.ts';
import { featuresOf } from './cpu-features.ts';
import { unable, type Found, type Rule } from './finding.ts';
import { changeNics, fix, onHost, onNetwork, onVm } from './fix.ts';
import type { Move } from './move.ts';
import { rateText } from './words.ts';

const GBE = 125_000_000;

const isMoving = (move: Move): boolean => move.isLive && move.changesHost;
const ends = (move: Move): Host[] => [move.source, move.target];

const nicsOf = (move: Move, host: Host): readonly Nic[] => move.inventory.adaptersOf(host).all;
const enabledOf = (move: Move, host: Host): readonly Nic[] => move.inventory.adaptersOf(host).enabled;
const usableOf = (move: Move, host: Host): readonly Nic[] => move.inventory.adaptersOf(host).usable;

const missing: Rule = {
  id: 'vmotion-missing',
  topic: 'vMotion interface',
  short: 'No vMotion interface',
  fault: 'VMotionNotConfigured',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find: (move) =>
    isMoving(move)
      ? ends(move).flatMap((host): Found[] => {
          if (enabledOf(move, host).length > 0) return [];
          const off = nicsOf(move, host);
          return [
            {
              message: unable(
                move,
                `vMotion interface is not configured (or is misconfigured) on the ${host === move.source ? 'source' : 'destination'} host ${host.id}.`,
              ),
              why:
                off.length > 0
                  ? `vMotion is switched off on ${off.map(({ id }) => id).join(', ')} of ${host.id}; at least one adapter needs it.`
                  : `No adapter of ${host.id} is on a vMotion network; at least one is needed.`,
              fix:
                off.length > 0
                  ? fix(
                      `Switch vMotion on for ${off[0]!.id} of ${host.id}`,
                      changeNics(host.id, ({ id }) => id === off[0]!.id, { vmotion: true }),
                    )
                  : null,
            },
          ];
        })
      : null,
};

const linkDown: Rule = {
  id: 'vmotion-link-down',
  topic: 'vMotion interface',
  short: 'vMotion link is down',
  fault: 'VMotionLinkDown',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find: (move) =>
    isMoving(move)
      ? ends(move).flatMap((host): Found[] => {
          const enabled = enabledOf(move, host);
          if (enabled.length === 0 || usableOf(move, host).length > 0) return [];
          return [
            {
              message: unable(move, `The vMotion interface of ${host.id} has no link.`),
              why: `${enabled.map(({ id }) => id).join(', ')} of ${host.id}: link down.`,
              fix: fix(
                `Plug ${enabled.map(({ id }) => id).join(', ')} of ${host.id} in`,
                changeNics(
                  host.id,
                  (nic) => enabled.includes(nic) || enabled.some(({ id }) => id === nic.id),
                  { up: true },
                ),
              ),
            },
          ];
        })
      : null,
};

const noWay: Rule = {
  id: 'no-way',
  topic: 'vMotion interface',
  short: 'No vMotion network joins the hosts',
  fault: '',
  severity: 'error',
  wording: 'remembered',
  known: 'read',
  find(move) {
    if (!move.changesHost || move.way) return null;
    if (ends(move).some((host) => usableOf(move, host).length === 0)) return null;
    const router = routerBetween(move);
    const message = unable(move, 'The ESX hosts failed to connect over the VMotion network.');
    if (!router)
      return {
        message,
        why: `${move.source.id} is on ${networksOf(move, move.source)}, ${move.target.id} on ${networksOf(move, move.target)}: no network in common, and no router joins them.`,
      };
    if (!move.bothAtLeast('6.0'))
      return {
        message,
        why: `${router} joins the two networks, but vMotion crosses a router only from 6.0 on: ${move.source.id} runs ${move.source.version}, ${move.target.id} ${move.target.version}.`,
        fix: fix(
          'Update both hosts to ESX 6.7',
          ...ends(move).map(({ id }) => onHost(id, () => ({ version: '6.7' as const }))),
        ),
      };
    return {
      message,
      why: `${router} joins the two networks, but only the vMotion TCP/IP stack has a gateway of its own; the adapters are on the default stack.`,
      fix: fix(
        'Put the adapters on the vMotion stack',
        ...ends(move).map(({ id }) => changeNics(id, ({ vmotion }) => vmotion, { stack: 'vmotion' })),
      ),
    };
  },
};

function networksOf(move: Move, host: Host): string {
  return [...new Set(usableOf(move, host).map(({ network }) => network))].join(' and ');
}

function routerBetween(move: Move): string | null {
  const on = (host: Host, networks: readonly string[]) =>
    usableOf(move, host).some(({ network }) => networks.includes(network));
  const router = move.scenario.routers.find(
    ({ networks }) => on(move.source, networks) && on(move.target, networks),
  );
  return router ? router.id : null;
}

const slow: Rule = {
  id: 'vmotion-slow',
  topic: 'vMotion interface',
  short: 'vMotion interface below 1 Gbit/s',
  fault: 'VMotionLinkCapacityLow',
  severity: 'warning',
  wording: 'remembered',
  known: 'read',
  find: (move) =>
    isMoving(move)
      ? ends(move).flatMap((host): Found[] => {
          const low = usableOf(move, host).filter(({ bytesPerSecond }) => bytesPerSecond < GBE);
          if (low.length === 0) return [];
          return [
            {
              // The oldest sources ask for it; the API only warns.
              severity: move.scenario.policy.profile === 'seed' ? 'error' : 'warning',
              message: unable(
                move,
                `The vMotion interface of ${host.id} is slower than 1 Gbit/s, which is not recommended.`,
              ),
              why: `${low.map(({ id, bytesPerSecond }) => `${id} has ${rateText(bytesPerSecond)}`).join(', ')}; 1 Gbit/s is the least that is supported. Two moves at once at most, where 1 Gbit/s has four.`,
              fix: fix(
                `Give ${host.id} 1 Gbit/s`,
                changeNics(host.id, ({ id }) => low.some((one) => one.id === id), { bytesPerSecond: GBE }),
              ),
            },
          ];
        })
      : null,
};

const halfDuplex: Rule = {
  id: 'vmotion-half-duplex',
  topic: 'vMotion interface',
  short: 'vMotion link is half duplex',
  fault: 'VMotionLinkCapacityLow',
  severity: 'warning',
  wording: 'remembered',
  known: 'read',
  find: (move) =>
    isMoving(move)
      ? ends(move).flatMap((host): Found[] => {
          const half = usableOf(move, host).filter(({ fullDuplex }) => !fullDuplex);
          if (half.length === 0) return [];
          const names = half.map(({ id }) => id);
          return [
            {
              message: unable(move, `The vMotion interface of ${host.id} does not run at full duplex.`),
              why: `${names.join(', ')} sends and receives over one line, so what comes in slows down what goes out.`,
              fix: fix(
                `Set ${names.join(', ')} of ${host.id} to full duplex`,
                changeNics(host.id, ({ id }) => names.includes(id), { fullDuplex: true }),
              ),
            },
          ];
        })
      : null,
};

const mtu: Rule = {
  id: 'vmotion-mtu',
  topic: 'vMotion interface',
  short: 'MTU differs',
  fault: '',
  severity: 'warning',
  wording: 'read',
  known: 'read',
  find(move) {
    if (!isMoving(move)) return null;
    const [from, to] = ends(move).map((host) => usableOf(move, host).map((nic) => nic.mtu)) as [
      number[],
      number[],
    ];
    if (from.length === 0 || to.length === 0 || from.join() === to.join()) return null;
    const least = Math.min(...from, ...to);
    if (from.every((one) => one === least) && to.every((one) => one === least)) return null;
    return {
      message: 'The source and destination hosts have different vMotion vNIC MTU configurations.',
      why: `${move.source.id} sends frames of ${[...new Set(from)].join(' and ')} bytes, ${move.target.id} takes ${[...new Set(to)].join(' and ')}: they agree on ${least}.`,
      fix: fix(
        `Set the MTU of both hosts to ${least}`,
        ...ends(move).map(({ id }) => changeNics(id, ({ vmotion }) => vmotion, { mtu: least })),
      ),
    };
  },
};

/** AES-NI in the CPU, not switched off in the BIOS. */
export function encryptionEnd(host: Host): EncryptionEnd {
  return { version: host.version, aes: host.bios.aes && featuresOf(host.cpu).has('aes') };
}

const LACKS = {
  'source-version': (move: Move) =>
    `${move.source.id} runs ESX ${move.source.version}, encryption came with 6.5`,
  'target-version': (move: Move) =>
    `${move.target.id} runs ESX ${move.target.version}, encryption came with 6.5`,
  'source-aes': (move: Move) => `${move.source.id} has no AES-NI`,
  'target-aes': (move: Move) => `${move.target.id} has no AES-NI`,
} as const;

const encryption: Rule = {
  id: 'encryption',
  topic: 'vMotion interface',
  short: 'Encryption is required, and one host cannot',
  fault: '',
  severity: 'error',
  wording: 'ours',
  known: 'read',
  find(move) {
    const { vm, source, target } = move;
    if (!isMoving(move) || vm.encryption !== 'required') return null;
    const decision = decideEncryption(vm.encryption, false, encryptionEnd(source), encryptionEnd(target));
    if (decision.kind !== 'refused') return null;
    return {
      message: unable(move, 'Encrypted vMotion is required, but not supported by both hosts.'),
      why: `${decision.lacks.map((lack) => LACKS[lack](move)).join('; ')}.`,
      fix: fix(
        `Let ${vm.id} move unencrypted where it must`,
        onVm(vm.id, () => ({ encryption: 'opportunistic' as const })),
      ),
    };
  },
};

const unsecured: Rule = {
  id: 'vmotion-unsecured',
  topic: 'vMotion interface',
  short: 'Others can read the vMotion network',
  fault: '',
  severity: 'warning',
  wording: 'ours',
  known: 'read',
  find(move) {
    const { vm, source, target, scenario } = move;
    if (!isMoving(move)) return null;
    const used = new Set(usableOf(move, source).map(({ network }) => network));
    const open = scenario.networks.find(({ id, secured }) => !secured && used.has(id));
    if (!open) return null;
    const decision = decideEncryption(vm.encryption, false, encryptionEnd(source), encryptionEnd(target));
    if (decision.kind === 'encrypted') return null;
    return {
      message: `The memory of ${vm.id} crosses ${open.id} unencrypted, and others than trusted parties reach that network.`,
      why:
        decision.lacks.length > 0
          ? `It is not encrypted because ${decision.lacks.map((lack) => LACKS[lack](move)).join('; ')}.`
          : `Encryption of ${vm.id} is disabled.`,
      fix: fix(`Secure ${open.id}`, onNetwork(open.id, { secured: true })),
    };
  },
};

const management: Rule = {
  id: 'management-family',
  topic: 'vMotion interface',
  short: 'Management addresses of two families',
  fault: '',
  severity: 'error',
  wording: 'ours',
  known: 'read',
  find(move) {
    const { source, target } = move;
    if (!move.changesHost || source.management === target.management) return null;
    return {
      message: unable(move, 'The management networks of the hosts use different IP address families.'),
      why: `${source.id} is managed over ${source.management}, ${target.id} over ${target.management}; both must be of one family (vSphere 6.7 manual).`,
      fix: fix(
        `Manage ${target.id} over ${source.management}`,
        onHost(target.id, () => ({ management: source.management })),
      ),
    };
  },
};

/** CPU each host keeps for its migrations, in ppm of a core: for the panel, which shows it. */
export const reserveOf = (move: Move, host: Host): number =>
  cpuReservePpm(usableOf(move, host).map(({ bytesPerSecond }) => bytesPerSecond));

export const INTERFACE_RULES: readonly Rule[] = [
  missing,
  linkDown,
  noWay,
  slow,
  halfDuplex,
  mtu,
  encryption,
  unsecured,
  management,
];
