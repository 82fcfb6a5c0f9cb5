import { useMe } from "@/api/me";
import { ChangePassword } from "@/settings/ChangePassword";
import { SecondFactor } from "@/settings/SecondFactor";

/** How one proves who one is. */
export function Security() {
  const { has_password: own } = useMe();
  return (
    <>
      {own && <ChangePassword />}
      <SecondFactor />
    </>
  );
}
