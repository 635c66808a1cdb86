import { useState, type ReactElement } from 'react';
import css from './splitter.module.css';

interface Props {
  readonly label: string;
  readonly side: 'left' | 'right';
  readonly width: number;
  readonly least: number;
  readonly most: number;
  readonly onChange: (width: number) => void;
  readonly onCollapse: () => void;
}

const STEP = 16;

/** The edge of a panel: drag it or use the arrows; far enough in, the panel closes. */
export function Splitter({ label, side, width, least, most, onChange, onCollapse }: Props): ReactElement {
  const [from, setFrom] = useState<{ readonly x: number; readonly width: number } | null>(null);
  const sign = side === 'left' ? 1 : -1;
  const clamp = (wanted: number): number => Math.round(Math.min(most, Math.max(least, wanted)));
  return (
    <div
      className={css.splitter}
      data-side={side}
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={least}
      aria-valuemax={most}
      tabIndex={0}
      data-dragging={from !== null || undefined}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setFrom({ x: event.clientX, width });
      }}
      onPointerMove={(event) => {
        if (from === null) return;
        const wanted = from.width + sign * (event.clientX - from.x);
        if (wanted < least / 2) {
          setFrom(null);
          onCollapse();
        } else onChange(clamp(wanted));
      }}
      onPointerUp={() => setFrom(null)}
      onPointerCancel={() => setFrom(null)}
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') onChange(clamp(width - sign * STEP));
        if (event.key === 'ArrowRight') onChange(clamp(width + sign * STEP));
      }}
    />
  );
}
