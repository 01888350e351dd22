// The text that text pages are cut from: sentences of the commonest English words, drawn with Zipf's weights, so that it
// compresses as prose does. It is the same in every memory.
import { PAGE_BYTES } from '../page';
import { TEXT, TEXT_BYTES, WORD_INDEX } from '../layout';
import { drawBelow, prngNext, prngOutput, prngSeed } from '../prng';

/** The words by falling frequency, separated by spaces. */
const WORDS =
  'the of and to in is that for it as was with be by on not he his but at are this have from or had an they which one you were all ' +
  'her she there would their we him been has when who will no more if out so said what up its about into than them can only other ' +
  'time new some could these two may first then do any like my now over such our man even most made after also did many before must ' +
  'through back years where much your way well down should because each just those people how too little state good very make world ' +
  'still own see men work long here get both between life being under never day same another know while last might us great old year ' +
  'off come since against go came right used take three states himself few house use during without again place around however home ' +
  'small found thought went say part once general high upon school every memory page write machine server process table network value ' +
  'system number message request record account order customer report index cache buffer address thread session version result error';

/** Weights are SCALE / (rank + 2): Zipf's law with the flat top that real texts have. */
const SCALE: u32 = 1000000;

/** Words in a sentence: at least this many, and fewer than twice as many. */
const SENTENCE_WORDS: u64 = 8;

/** Quotations: one for this many words, at least so many bytes long, from this many bytes back at most. */
const QUOTE_EVERY: u64 = 4;
const QUOTE_BYTES: usize = 28;
const QUOTE_WINDOW: usize = 2048;

const SPACE: u8 = 32;

/** Splits the list: address and length of each word go to the word index. Returns how many there are. */
function indexWords(): u32 {
  const text = changetype<usize>(WORDS);
  const length = (<usize>WORDS.length) << 1;
  let count: u32 = 0;
  let start: usize = 0;
  for (let at: usize = 0; at <= length; at += 2) {
    if (at < length && load<u16>(text + at) != 32) continue;
    const entry = WORD_INDEX + ((<usize>count) << 3);
    ++count;
    store<u32>(entry, text + start);
    store<u32>(entry, (at - start) >> 1, 4);
    start = at + 2;
  }
  return count;
}

/** The rank whose share of the weights `draw` falls into. */
function rankOf(draw: u32, count: u32): u32 {
  let rank: u32 = 0;
  for (; rank + 1 < count; ++rank) {
    const weight = SCALE / (rank + 2);
    if (draw < weight) break;
    draw -= weight;
  }
  return rank;
}

/** Writes the word of `rank` as ASCII at `out`, with a capital first letter where asked. Returns the address behind it. */
function writeWord(out: usize, rank: u32, isFirst: bool): usize {
  const entry = WORD_INDEX + ((<usize>rank) << 3);
  const from = <usize>load<u32>(entry);
  const length = <usize>load<u32>(entry, 4);
  for (let index: usize = 0; index < length; ++index) store<u8>(out + index, load<u16>(from + (index << 1)));
  if (isFirst) store<u8>(out, load<u8>(out) - 32);
  return out + length;
}

/**
 * Writes again some whole words of the last 2 KiB before `out`, at least `QUOTE_BYTES` bytes of them, and returns the address
 * behind them. Prose and logs repeat phrases; single words drawn apart would compress far worse than either.
 */
function writeQuote(out: usize, random: u64): usize {
  let from = out - QUOTE_WINDOW + <usize>drawBelow(random, QUOTE_WINDOW / 2);
  while (load<u8>(from - 1) != SPACE) ++from;
  const least = out + QUOTE_BYTES;
  while (out < least || load<u8>(out - 1) != SPACE) store<u8>(out++, load<u8>(from++));
  return out;
}

/** Fills the text sample if it is not there yet, and repeats its beginning behind its end, so that no cut runs out of text. */
export function makeText(): void {
  if (load<u8>(TEXT) != 0) return;
  const count = indexWords();
  let weights: u32 = 0;
  for (let rank: u32 = 0; rank < count; ++rank) weights += SCALE / (rank + 2);
  let state = prngSeed(0, 0);
  let left: u64 = 0;
  let out = TEXT;
  const end = TEXT + TEXT_BYTES;
  // The longest word or quotation is far shorter than the page that lies behind the sample.
  while (out < end) {
    state = prngNext(state);
    if (out - TEXT > QUOTE_WINDOW && drawBelow(prngOutput(state), QUOTE_EVERY) == 0) {
      state = prngNext(state);
      out = writeQuote(out, prngOutput(state));
      continue;
    }
    state = prngNext(state);
    const isFirst = left == 0;
    if (isFirst) left = SENTENCE_WORDS + drawBelow(prngOutput(state), SENTENCE_WORDS);
    state = prngNext(state);
    out = writeWord(out, rankOf(<u32>drawBelow(prngOutput(state), weights), count), isFirst);
    if (--left == 0) store<u8>(out++, 46);
    store<u8>(out++, SPACE);
  }
  memory.copy(end, TEXT, PAGE_BYTES);
}
