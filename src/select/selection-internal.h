/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * selection-internal - the state of a selection, for selection*.c alone.
 *
 * Layer: select.
 */
#pragma once

#include "select/candidate.h"
#include "select/inspect.h"
#include "select/selection.h"

/* What is known of a package at once. */
struct standing {
	size_t place; /* in the plan, plus one; 0: it is not in it */
	bool picked;
};

struct selection {
	struct candidate_context context;
	const struct device_list *devices;
	struct match_index *index;
	struct solve *solve;
	struct plan plan;
	struct standing *standings; /* by package id */
	size_t standing_count;
	size_t placed; /* packages of the plan whose places are known: the first ones */
	struct ids considered; /* judged though no hint of theirs fits */
	struct ids rejected; /* for good; their verdicts stand */
	struct ids picked; /* of the last run */
	struct ids proved; /* those of them whose modules are known, in the order of: */
	struct proof proof;
	struct inspect_room room; /* for what the RPMs hold that are not looked at yet */
	struct error failure; /* of the system, while it looked at one; empty if there was none */
	struct cache_dir *cache; /* borrowed; NULL for none */
	bool staging; /* refuse what a dry run only warns of */
	bool gpg_checks; /* refuse what nobody who is trusted has signed */
	const struct policy *policy; /* NULL before selection_set_policy() */
	struct plan installed; /* driver packages of the base, as records */
};

/* The package of the plan with ID, or NULL. */
struct plan_package *selection_find(struct selection *selection, int id);
/* Packages of the plan were moved, or taken out. */
void selection_forget_places(struct selection *selection);
/* As rank_compare(). */
int selection_compare(struct selection *selection, const struct plan_package *left,
		      const struct plan_package *right);
/* Take ID out for good; the package's verdict has been set. 0 or -ENOMEM. */
int selection_exclude(struct selection *selection, int id);
/* Look at the RPMs of IDS that were not yet: 1 if one was rejected for it, 0 if not, -errno. */
int selection_inspect(struct selection *selection, const struct ids *ids);
/* 1 if a picked package is not to be had for reasons of its metadata, 0 if not, -ENOMEM. */
int selection_refuse_unfit(struct selection *selection);
/*
 * Look at the RPMs of IDS that are at hand, and prove each package alone. 1 if one was rejected
 * for it and the rest is to be solved again, 0 if not, -errno.
 */
int selection_examine(struct selection *selection, const struct ids *ids);
int selection_examine_picked(struct selection *selection);
/* Prove what is picked, together: 1 if a package was rejected that lacks something, 0, -ENOMEM. */
int selection_prove(struct selection *selection);
/* Of picked packages that break each other, by that proof, the better one stays: 1, 0, -ENOMEM. */
int selection_part_breakers(struct selection *selection);
/* What the proof says of each picked package is true of the plan. 0 or -ENOMEM. */
int selection_take_proof(struct selection *selection);
int selection_exclude_all(struct selection *selection, const struct ids *ids);
/* 1 if PACKAGE is made for this machine and kernel, as far as metadata tells; 0 if not, -ENOMEM. */
int selection_is_fit(struct selection *selection, struct plan_package *package);
/* 1 if the policy keeps out what was picked, 0 if not, -ENOMEM. */
int selection_refuse_picked_by_policy(struct selection *selection);
/* Append the builds in whose place the policy would rather have another one of their family. */
int selection_list_unpreferred(struct selection *selection, struct ids *ret);
/* 1 if a picked package had to give way and the rest is to be solved again, 0 if not, -errno. */
int selection_part_rivals(struct selection *selection);
/* Does HINT fit a device here? */
bool selection_hint_fits(const struct selection *selection, const struct hint *hint);
bool selection_is_picked(const struct selection *selection, int id);
/* Is ID picked, or an installed driver? */
bool selection_is_there(const struct selection *selection, int id);
bool selection_is_rejected(const struct selection *selection, int id);
/* The INDEXth picked package; it is in the plan, because a run adopts what it picks. */
__attribute__((returns_nonnull)) struct plan_package *selection_picked(struct selection *selection,
								       size_t index);
/*
 * Negative if LEFT goes before RIGHT of the same family: policy, repository priority, version. A
 * name may hold its kernel's version, so libsolv does not see that these are one family.
 */
int selection_compare_in_family(struct selection *selection, const struct plan_package *left,
				const struct plan_package *right);
/* The picked package of PACKAGE's family, or NULL. */
const struct plan_package *selection_family_winner(struct selection *selection,
						   const struct plan_package *package);
/* Take down the driver packages of the base. 0 or -ENOMEM. */
int selection_read_installed(struct selection *selection);
/* The installed package of PACKAGE's family and architecture, one that serves if any does, or NULL.
 */
const struct plan_package *selection_installed(struct selection *selection,
					       const struct plan_package *package);
/* Judge PACKAGE if this very build, or a newer one of its family, is installed. 0 or -ENOMEM. */
int selection_judge_installed(struct selection *selection, struct plan_package *package,
			      bool *ret_judged);
/* Judge PACKAGE if the installed build of its family is another vendor's. 0 or -ENOMEM. */
int selection_judge_vendor(struct selection *selection, struct plan_package *package,
			   bool *ret_judged);
/* Append to the judged plan what is installed, serves a device, and is not in it. 0 or -ENOMEM. */
int selection_add_installed(struct selection *selection);
/* ... and take that out again. */
void selection_drop_installed(struct selection *selection);
/* Give every package of the plan that is not rejected its verdict. 0 or -ENOMEM. */
int selection_judge(struct selection *selection);
