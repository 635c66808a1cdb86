import { searchRegex, type RegexSearch } from './regex-search.ts';

/** What the page hears: that the worker listens, then an answer to each search. */
export type RegexAnswer = 'ready' | { readonly found: ReturnType<typeof searchRegex> } | { readonly invalid: string };

const answer = (value: RegexAnswer, transfer: Transferable[] = []): void => self.postMessage(value, { transfer });

self.addEventListener('message', ({ data }: MessageEvent<RegexSearch>) => {
  try {
    const found = searchRegex(data);
    answer({ found }, [found.places.buffer]);
  } catch (error) {
    // “Invalid regular expression: /(/gu: Unterminated group”
    answer({ invalid: error instanceof Error ? (error.message.split(': ').at(-1) ?? '') : String(error) });
  }
});
answer('ready');
