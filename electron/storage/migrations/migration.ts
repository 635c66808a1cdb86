/** One step of the schema. Its number becomes the store's user_version. */
export interface Migration {
  readonly version: number;
  readonly up: string;
}
