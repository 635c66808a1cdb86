/** As oRPC's client throws it. */
export const lostConnection = (): Error => Object.assign(new Error('the connection is lost'), { name: 'AbortError' });
