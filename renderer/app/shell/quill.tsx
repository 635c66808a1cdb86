import type { ReactElement } from 'react';

export function Quill(): ReactElement {
  return (
    <svg
      width="22"
      height="22"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d="M5 20c3-9 7-14 15-16-1 8-6 12-13 12.5" />
      <path d="M5 20c1.500-4 4-7 8-9.500" />
    </svg>
  );
}
