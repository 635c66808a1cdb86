import { z } from 'zod';

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface WindowState {
  readonly bounds: Area;
  readonly maximized: boolean;
}

const DEFAULT = { width: 1440, height: 900 };
export const SMALLEST = { width: 640, height: 480 };
const GRIP = 80;

const area = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(1),
  height: z.number().int().min(1),
});
const state = z.object({ bounds: area, maximized: z.boolean() });

export function parseWindowState(text: string): WindowState | null {
  try {
    return state.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

const overlap = (a: Area, b: Area): number =>
  Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)) *
  Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y));

/** Where the window opens: where it was, if enough of it is still on a screen; else in the middle of the main one. */
export function placeWindow(saved: WindowState | null, screens: readonly Area[]): WindowState {
  const main = screens[0] ?? { x: 0, y: 0, ...DEFAULT };
  if (saved !== null) {
    const home = screens.find((screen) => overlap(screen, { ...saved.bounds, height: GRIP }) >= GRIP * GRIP);
    if (home) {
      const width = Math.min(Math.max(saved.bounds.width, SMALLEST.width), home.width);
      const height = Math.min(Math.max(saved.bounds.height, SMALLEST.height), home.height);
      return {
        bounds: { x: saved.bounds.x, y: Math.max(saved.bounds.y, home.y), width, height },
        maximized: saved.maximized,
      };
    }
  }
  const width = Math.min(DEFAULT.width, main.width);
  const height = Math.min(DEFAULT.height, main.height);
  return {
    bounds: {
      x: main.x + Math.round((main.width - width) / 2),
      y: main.y + Math.round((main.height - height) / 2),
      width,
      height,
    },
    maximized: saved?.maximized ?? false,
  };
}
