/** The font of the text; what a script of it lacks comes from others. */
const FAMILY = /Literata/;

let loads = 0;

const isOurs = ({ fontfaces }: FontFaceSetLoadEvent): boolean => fontfaces.some(({ family }) => FAMILY.test(family));

// A font comes in parts, by script: the first Greek letter of a page is set in another one until its part is there.
document.fonts.addEventListener('loadingdone', (event) => {
  if (isOurs(event)) loads += 1;
});

/** How often more of the font has come: what was measured before may be wrong. */
export const fontLoads = (): number => loads;

/** Tells when more of the font has come. */
export function onFontLoad(told: () => void): { dispose(): void } {
  const hear = (event: FontFaceSetLoadEvent): void => {
    if (isOurs(event)) told();
  };
  document.fonts.addEventListener('loadingdone', hear);
  return { dispose: () => document.fonts.removeEventListener('loadingdone', hear) };
}
