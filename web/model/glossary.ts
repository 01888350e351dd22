/** What the words of this page mean, in one or two sentences each; the only place where they are explained. */
import type { KnobId } from './sentence.ts';

export type TermKey =
  | 'page'
  | 'dirty'
  | 'written'
  | 'flight'
  | 'current'
  | 'round'
  | 'goal'
  | 'stun'
  | 'gap'
  | 'converge'
  | 'wire'
  | 'total'
  | 'speed'
  | 'newly-dirty'
  | 'trace'
  | 'rarp'
  | 'lock'
  | 'vmk'
  | 'sdps'
  | 'ping';

export interface Entry {
  readonly name: string;
  readonly text: string;
}

export const GLOSSARY: Readonly<Record<TermKey, Entry>> = {
  page: {
    name: 'Page',
    text: 'The piece memory is handled in: 4 KiB. A page is copied as a whole, even if one byte of it has changed.',
  },
  dirty: {
    name: 'Dirty page',
    text: 'A page whose copy at the target is missing or out of date. It still has to be sent.',
  },
  written: {
    name: 'Written since',
    text: 'The VM has written to this page after it was sent in this round. It will be sent again in the next one.',
  },
  flight: { name: 'In flight', text: 'Pages that are on the link at this moment.' },
  current: {
    name: 'Arrived and current',
    text: 'The target has this page as it is at the source now. A hole means that the VM has written to it since: the source is newer.',
  },
  round: {
    name: 'Round',
    text: 'Round 0 sends every page in use while the VM runs. Each later round sends again what was written during the one before.',
  },
  goal: {
    name: 'Goal',
    text: 'The VM is stopped once the pages left would cross the link in this time. Stopping, device state and resuming come on top.',
  },
  stun: {
    name: 'Stun, downtime',
    text: 'The time in which the VM stands still: it is stopped at the source, its last pages and devices cross, and it resumes at the target.',
  },
  gap: {
    name: 'Network gap',
    text: 'How long a client gets no answer. It is longer than the downtime, because the network must first learn where the VM is now.',
  },
  converge: {
    name: 'To converge',
    text: 'Each round leaves less than the one before, until the rest is small enough to stop the VM for it.',
  },
  wire: {
    name: 'On the wire',
    text: 'Bytes that crossed the link, in MB (a million bytes). Empty pages cost almost nothing, compressed ones less than their size. Memory is counted in MiB (1,048,576 bytes).',
  },
  total: { name: 'Total time', text: 'From asking for the move until the source has freed the memory.' },
  speed: {
    name: 'Slowest speed',
    text: 'The lowest share of its full speed at which SDPS let the VM run, so that it wrote less than the link could send.',
  },
  'newly-dirty': {
    name: 'Newly dirtied',
    text: 'Pages that became dirty, per second. It is less than what the VM writes: a write to a page that is already dirty adds nothing.',
  },
  trace: {
    name: 'Trace',
    text: 'A mark on a page that makes the first write to it noticed. Without traces nobody would know what to send again.',
  },
  rarp: {
    name: 'RARP',
    text: 'A short broadcast that the target sends in the name of the VM. From it the switch learns behind which port the VM is now; its address stays the same.',
  },
  lock: {
    name: 'Lock',
    text: 'Only the host that holds the lock may write to the disk. The disk itself does not move; its lock does.',
  },
  vmk: {
    name: 'vmk1',
    text: 'The network adapter of the host itself (a VMkernel adapter) that carries vMotion, apart from the network of the VMs.',
  },
  sdps: {
    name: 'SDPS',
    text: 'Stun During Page Send: if the guest writes faster than the link sends, its vCPUs are put to sleep a few ms at a time. The move ends, but the guest runs slower.',
  },
  ping: {
    name: 'Ping and transaction',
    text: 'A client asks the VM every few ms whether it is there (a ping), and sends it one request after another (transactions). A request without an answer is sent again.',
  },
};

/** What a knob changes, in its panel. */
export const KNOB_TEXTS: Readonly<Record<KnobId, string>> = {
  memory: 'How much memory the VM has. All that is in use is copied at least once.',
  writes:
    'How much the guest writes, in pages of 4 KiB each. Writes to a page that is already dirty do not add to what must be sent.',
  workload:
    'Where the writes fall. Page after page: in order. Evenly: every page alike. Hot and cold: most writes on a small part. A few favourites: a few pages get most, many get few.',
  workingSet: 'The part of the memory the writes fall on. No more than this can get dirty again in a round.',
  link: 'What the vMotion network carries between the two hosts. A little is lost to headers.',
  rtt: 'Round trip time: how long a message takes to the other host and back. With a long one, a limited window fills only a part of a fast link.',
  compression:
    'LZ4 packs each page. XBZRLE sends only what has changed in a page since it was last sent. Fewer bytes cross the link.',
  sdps: GLOSSARY.sdps.text,
  goal: GLOSSARY.goal.text,
};

/** What the page is, said before anything has been clicked. */
export function aboutText(byteExact: boolean): string {
  return byteExact
    ? 'A simulation of VMware vMotion: pages really are copied and compared, times are virtual.'
    : 'A simulation of VMware vMotion: every page is followed, times are virtual.';
}
export const COMPARED_TEXT =
  "Both are this laboratory's own: predicted before, then simulated page by page; not measured on ESXi.";
