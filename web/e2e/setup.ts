import { build, demolish } from "./world";

/** Builds the world, tells the tests about it, and gives the way to take it down again. */
export default async function setup(): Promise<() => void> {
  const world = await build();
  process.env["STEAD_E2E_WORLD"] = JSON.stringify(world);
  return demolish;
}
