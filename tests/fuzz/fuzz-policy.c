/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/cleanup.h"
#include "fuzz.h"
#include "select/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char name[] = "foo-kmp-default", version[] = "1.0", release[] = "1",
		    alias[] = "pci:v1";
	static struct plan_hint hint = { .modalias = alias };
	const struct plan_package package = {
		.driver = { .name = name, .version = version, .release = release, .flavor = name },
		.hints = &hint,
		.hint_count = 1,
	};
	auto_policy struct policy policy = { 0 };
	auto_error struct error error = { 0 };
	int r = policy_parse((const char *)data, size, "policy", &policy, &error);
	const struct policy_rule *refusal;

	promise(r == 0 || r == -ENOMEM || (r == -EINVAL && error.why && policy.count == 0));
	promise(policy.count <= POLICY_RULES_MAX);
	refusal = policy_refusal(&policy, &package);
	promise(!refusal || refusal->action != POLICY_PREFER);
	(void)policy_weight(&policy, &package);
	return 0;
}
