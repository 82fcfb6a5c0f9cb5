/** The person who is signed in. */
import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";

import { worthAnotherTry } from "@/api/queries";
import { meRetrieveOptions } from "@/api/generated/@tanstack/react-query.gen";
import type { Me } from "@/api/generated/types.gen";

export type Role = Me["role"];
export type { Me };

const ROLES: readonly Role[] = ["user", "agent", "supervisor", "admin", "operator"];

/** Asked before anything is shown, so a server that is away is told soon, not after many tries. */
export const meOptions = queryOptions({ ...meRetrieveOptions(), staleTime: 5 * 60_000, retry: (failures, error) => failures < 1 && worthAnotherTry(failures, error) });

/** The signed-in person; below the signed-in routes it is always there. */
export function useMe(): Me {
  return useSuspenseQuery(meOptions).data;
}

/** Whether `me` has this role or a higher one. */
export function atLeast(me: Pick<Me, "role">, role: Role): boolean {
  return ROLES.indexOf(me.role) >= ROLES.indexOf(role);
}
