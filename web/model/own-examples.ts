/** Logs to begin with, one of each kind, cut to what matters; each says where its numbers come from. */
export interface ExampleLog {
  readonly name: string;
  readonly source: string;
  readonly text: string;
}

const poll = (ms: number, remaining: number, transferred: number, syncs: number) =>
  JSON.stringify({
    return: {
      ...{ status: 'active', 'total-time': ms, 'expected-downtime': 300, 'setup-time': 0 },
      ram: {
        total: 268967936,
        'page-size': 4096,
        remaining,
        transferred,
        duplicate: 4057,
        'dirty-sync-count': syncs,
      },
    },
  });

export const EXAMPLE_LOGS: readonly ExampleLog[] = [
  {
    name: 'query-migrate',
    source: 'measured: QEMU 7.2 over a link of 64 MiB/s, the run link-01 of this page',
    text: [
      poll(101, 241307648, 11096816, 1),
      poll(301, 228843520, 23585312, 1),
      JSON.stringify({
        return: {
          ...{ status: 'completed', 'setup-time': 0, downtime: 259, 'total-time': 2559 },
          ram: {
            ...{
              total: 268967936,
              'page-size': 4096,
              remaining: 0,
              transferred: 175720855,
              duplicate: 32780,
            },
            ...{ normal: 42745, 'normal-bytes': 175083520, 'dirty-sync-count': 5, 'dirty-pages-rate': 0 },
            mbps: 549.6930488472059,
          },
        },
      }),
    ].join('\n'),
  },
  {
    name: 'domjobinfo',
    source: 'the same measured run, written as libvirt prints it',
    text: `Job type:         Completed
Operation:        Outgoing migration
Time elapsed:     2559         ms
Data processed:   167.580 MiB
Data remaining:   0.000 B
Data total:       256.508 MiB
Memory processed: 167.580 MiB
Memory remaining: 0.000 B
Memory total:     256.508 MiB
Memory bandwidth: 65.528 MiB/s
Dirty rate:       0            pages/s
Page size:        4096         bytes
Iteration:        5
Constant pages:   32780
Normal pages:     42745
Normal data:      166.973 MiB
Total downtime:   259          ms
Setup time:       0            ms`,
  },
  {
    name: 'Cloud Hypervisor',
    source:
      'published: the first iterations of the log in its pull request 7799, a guest that writes all the time',
    text: [
      'Precopy: iter=0 total=6144MiB curr=6144MiB bw=1986.83MiB/s transfer=3.09s overhead=0ms est_downtime=0ms elapsed=3.11s avg_bw=1975.41MiB/s',
      'Precopy: iter=1 total=11562MiB curr=5418MiB bw=1824.44MiB/s transfer=2.97s overhead=56ms est_downtime=2726ms elapsed=6.14s avg_bw=1884.21MiB/s',
      'Precopy: iter=2 total=16980MiB curr=5418MiB bw=1854.25MiB/s transfer=2.92s overhead=59ms est_downtime=2969ms elapsed=9.12s avg_bw=1862.17MiB/s',
      'Precopy: iter=3 total=22407MiB curr=5428MiB bw=1799.43MiB/s transfer=3.02s overhead=56ms est_downtime=2926ms elapsed=12.19s avg_bw=1837.92MiB/s',
    ].join('\n'),
  },
];
