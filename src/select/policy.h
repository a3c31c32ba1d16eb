/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy - what the admin decides about packages: rules that prefer, block and pin them.
 *
 * The file's form is described in docs/policy.md. Layer: select. Pure, but for policy_read().
 */
#pragma once

#include "base/error.h"
#include "base/limits.h"
#include "select/plan.h"

/** Where it is looked for below the root, unless a file is given. */
#define POLICY_PATH "/etc/kmp-match/policy.conf"

enum policy_action { POLICY_PREFER, POLICY_BLOCK, POLICY_PIN };
enum policy_condition {
	POLICY_DEVICE, /* a modalias that a hint of the package fits */
	POLICY_PACKAGE, /* its name */
	POLICY_VENDOR,
	POLICY_FLAVOR,
	POLICY_VERSION, /* or version-release */
	POLICY_CONDITIONS,
};

struct policy_rule {
	enum policy_action action;
	size_t line; /* of its section */
	char *patterns[POLICY_CONDITIONS]; /* of fnmatch(3), AND-ed; NULL: any */
	int weight; /* of POLICY_PREFER */
	char *reason; /* for people, or NULL */
};

/* All zero is the policy without rules. */
struct policy {
	char *path; /* NULL: there is no file */
	struct policy_rule *rules;
	size_t count;
};

/*
 * Read the file GIVEN (--policy) or, if it is NULL, POLICY_PATH below ROOT_FD, which may be absent.
 * 0, -ENOMEM, or -errno with *RETERR set: -EINVAL for what is no policy.
 */
int policy_read(int root_fd, const char *given, struct policy *ret, struct error *reterr);
/* The same from SIZE bytes of TEXT, which PATH is the name of. */
int policy_parse(const char *text, size_t size, const char *path, struct policy *ret,
		 struct error *reterr);
/* What its rules give PACKAGE for rank.policy: the sum of the weights of those that fit. */
int policy_weight(const struct policy *policy, const struct plan_package *package);
/* The first rule that keeps PACKAGE out, borrowed; NULL if none does. */
const struct policy_rule *policy_refusal(const struct policy *policy,
					 const struct plan_package *package);
void policy_done(struct policy *policy);

#define auto_policy __attribute__((cleanup(policy_done)))
