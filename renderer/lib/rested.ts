import { useEffect, useState } from 'react';

/** The value that has not changed for so long; being drawn again with the same one postpones nothing. */
export function useRested<T>(value: T, restMs: number): T {
  const key = JSON.stringify(value);
  const [rested, setRested] = useState({ value, key });
  useEffect(() => {
    if (rested.key === key) return undefined;
    const timer = setTimeout(() => setRested({ value: JSON.parse(key) as T, key }), restMs);
    return () => clearTimeout(timer);
  }, [key, rested.key, restMs]);
  return rested.value;
}
