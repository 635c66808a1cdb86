const OPTION = /^- (?<words>\S.*)$/;
const LEAST = 2;

/**
 * What a text adventure offers at the end of a turn: its last lines, each of which begins with a dash. One dash alone
 * is a dash.
 */
export function optionsOf(text: string): string[] {
  const options: string[] = [];
  for (const line of text.trimEnd().split('\n').reverse()) {
    const words = OPTION.exec(line)?.groups?.['words']?.trim();
    if (words === undefined) break;
    options.unshift(words);
  }
  return options.length < LEAST ? [] : options;
}
