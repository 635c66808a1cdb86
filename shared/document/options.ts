const OPTION = /^- (?<words>\S.*)$/;
const LEAST = 2;

/** What a line offers if it is an option; null if it is none. */
export const optionIn = (line: string): string | null => OPTION.exec(line)?.groups?.['words']?.trim() ?? null;

/**
 * What a text adventure offers at the end of a turn: its last lines, each of which begins with a dash. One dash alone
 * is a dash.
 */
export function optionsOf(text: string): string[] {
  const options: string[] = [];
  for (const line of text.trimEnd().split('\n').reverse()) {
    const option = optionIn(line);
    if (option === null) break;
    options.unshift(option);
  }
  return options.length < LEAST ? [] : options;
}
