/** A sentence for each code of a part of the catalogue, made from what the code knows. */
export type Sentences<Params> = { readonly [Code in keyof Params]: (params: Params[Code]) => string };
