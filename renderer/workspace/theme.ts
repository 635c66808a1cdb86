import { useEffect } from 'react';
import { useMedia } from '../lib/media.ts';
import { useText } from './remembered.ts';

export const THEMES = ['system', 'paper', 'sepia', 'ink', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];

export function useTheme(): Theme {
  const value = useText('theme');
  return THEMES.find((theme) => theme === value) ?? 'system';
}

/** Puts the chosen theme on the document; the colours are in theme.css. */
export function useAppliedTheme(): void {
  const chosen = useTheme();
  const dark = useMedia('(prefers-color-scheme: dark)');
  const more = useMedia('(prefers-contrast: more)');
  const automatic = more ? 'contrast' : dark ? 'ink' : 'paper';
  const theme = chosen === 'system' ? automatic : chosen;
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
}
