/** One published figure beside what is computed for it. */
export interface PublishedCheck {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly computed: number;
  readonly published: number;
  /** Largest allowed distance, in the unit. */
  readonly tolerance: number;
  readonly source: string;
  readonly ok: boolean;
}

export interface NotReproducible {
  readonly id: string;
  readonly title: string;
  readonly reason: string;
  readonly source: string;
}

type Row = readonly [
  id: string,
  title: string,
  unit: string,
  computed: number,
  published: number,
  tolerance: number,
  source: string,
];

export function check([id, title, unit, computed, published, tolerance, source]: Row): PublishedCheck {
  return {
    id,
    title,
    unit,
    computed,
    published,
    tolerance,
    source,
    ok: Math.abs(computed - published) <= tolerance,
  };
}
