/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"
#include "world-fixture.h"

#define NIC "supplements modalias(kernel-default:" NIC_HINT ")\n"

/* COUNT times BEFORE, a number, BETWEEN, it again, AFTER; the last number first if TURNED. */
static char *many(const char *before, const char *between, const char *after, int count,
		  bool turned)
{
	auto_strings struct strings packages = { 0 };

	for (int i = 0; i < count; i++) {
		int number = turned ? count - 1 - i : i;

		assert_int_equal(strings_addf(&packages, "%s%d%s%d%s", before, number, between,
					      number, after),
				 0);
	}
	return strings_join(&packages, "");
}

static size_t count_from(const struct world *world, size_t source)
{
	size_t count = 0;

	for (size_t i = 0; i < world->plan->count; i++)
		count += world->plan->packages[i].driver.source == source;
	return count;
}

/* The diagnostic ID of a source after the plan; NULL if there is none. */
static const struct diagnostic *said(struct world *world, size_t source, const char *id)
{
	const struct diagnostics *diagnostics = &world->sources[source].diagnostics;

	for (size_t i = 0; i < diagnostics->count; i++)
		if (text_equal(diagnostics->items[i].id, id))
			return &diagnostics->items[i];
	return NULL;
}

/* Plan what FIRST and SECOND (or NULL) offer, and have the sources told what was too much. */
static void plan_of(struct world *world, const char *first, const char *second)
{
	*world = (struct world){ .repos = { first, second }, .one_priority = true };
	world_plan(world);
	assert_int_equal(selection_diagnose(world->selection, world->sources, second ? 2 : 1), 0);
}

static void of_too_many_candidates_each_repository_has_its_share(void **state)
{
	static const char good[] = "package good-kmp-default-1-1.x86_64\n" NIC
				   "package good-kmp-default-0-1.x86_64\n" NIC;
	auto_free char *crowd = many("package a", "-kmp-default-", "-1.x86_64\n" NIC,
				     2 * (int)CANDIDATES_MAX, false);
	const struct diagnostic *diagnostic;
	struct world world;

	(void)state;
	plan_of(&world, crowd, good);
	assert_int_equal(world.plan->count, CANDIDATES_MAX);
	assert_int_equal(count_from(&world, 1), 2);
	assert_string_equal(world_verdict(&world, "good-kmp-default-1"), "selected");
	assert_null(said(&world, 1, "too-many-candidates"));
	diagnostic = said(&world, 0, "too-many-candidates");
	assert_non_null(diagnostic);
	assert_non_null(strstr(diagnostic->text, "left out, the first of 1002: "));
	world_done(&world);
}

static void of_too_many_builds_the_newest_are_looked_at_in_any_order(void **state)
{
	static const char other[] = "package z-kmp-default-1-1.x86_64\n" NIC;

	(void)state;
	for (int turned = 0; turned < 2; turned++) {
		auto_free char *builds = many("package a-kmp-default-", ".", "-1.x86_64\n" NIC,
					      (int)CANDIDATES_MAX + 10, turned);
		auto_free char *all = text_format("%s%s", builds, other);
		struct world world;

		plan_of(&world, all, NULL);
		assert_int_equal(world.plan->count, CANDIDATES_MAX);
		assert_string_equal(world_verdict(&world, "a-kmp-default-1009.1009"), "selected");
		assert_string_equal(world_verdict(&world, "z-kmp-default-1"), "selected");
		assert_string_equal(world_verdict(&world, "a-kmp-default-11.11"), "older");
		assert_string_equal(world_verdict(&world, "a-kmp-default-10.10"), "no candidate");
		assert_string_equal(said(&world, 0, "too-many-candidates")->culprit,
				    "a-kmp-default-0.0-1.x86_64");
		world_done(&world);
	}
}

static void a_candidate_that_requires_too_many_leaves_room_for_others(void **state)
{
	auto_strings struct strings packages = { 0 };
	auto_free char *text = NULL;
	struct world world;

	(void)state;
	assert_int_equal(strings_add(&packages, "package a-kmp-default-1-1.x86_64\n" NIC
						"requires c0-kmp-default\n"
						"package b-kmp-default-1-1.x86_64\n" NIC),
			 0);
	for (int i = 0; i < (int)PLANNABLE_MAX; i++)
		assert_int_equal(strings_addf(&packages,
					      "package c%d-kmp-default-1-1.x86_64\n"
					      "requires c%d-kmp-default\n",
					      i, i + 1),
				 0);
	text = strings_join(&packages, "");
	plan_of(&world, text, NULL);
	assert_int_equal(world.plan->count, 1);
	assert_string_equal(world_verdict(&world, "b-kmp-default"), "selected");
	assert_string_equal(said(&world, 0, "too-many-required")->culprit,
			    "a-kmp-default-1-1.x86_64");
	assert_non_null(strstr(said(&world, 0, "too-many-required")->text,
			       "a-kmp-default-1-1.x86_64 is left out: it requires"));
	world_done(&world);
}

/* As `explain` does. */
static void what_is_left_out_is_told_so_if_it_is_asked_about(void **state)
{
	auto_free char *crowd = many("package a-kmp-default-", ".", "-1.x86_64\n" NIC,
				     (int)CANDIDATES_MAX + 10, false);
	auto_ids struct ids ids = { 0 };
	struct world world = { .repos = { crowd } };
	const struct plan_package *package;

	(void)state;
	world_make(&world);
	assert_int_equal(catalog_find_named(world.catalog, "a-kmp-default-3.3-1.x86_64", &ids), 0);
	assert_int_equal(ids.count, 1);
	assert_int_equal(selection_consider(world.selection, ids.items[0]), 0);
	assert_int_equal(selection_plan(world.selection, &world.plan, NULL), 0);
	package = world_package(&world, "a-kmp-default-3.3");
	assert_int_equal(package->reason, REASON_CONFLICT);
	assert_non_null(strstr(package->detail, "it is left out"));
	assert_string_equal(world_verdict(&world, "a-kmp-default-1009.1009"), "selected");
	world_done(&world);
}

static char *larger(const char *operator, const char * condition, int number)
{
	if (text_equal(operator, "or"))
		return text_format("(%s or (kmod(p%d) and kmod(q%d)))", condition, number, number);
	return text_format("(kmod(p%d) %s %s else kmod(q%d))", number, operator, condition, number);
}

static void a_condition_of_too_many_cases_is_not_solved(void **state)
{
	static const char *const operators[] = { "or", "if", "unless" };
	auto_free char *provided =
		many("package p", "-kmp-default-1-1.x86_64\nprovides kmod(p", ")\n", 40, false);
	auto_free char *others =
		many("package q", "-kmp-default-1-1.x86_64\nprovides kmod(q", ")\n", 40, false);

	(void)state;
	for (size_t i = 0; i < COUNT(operators); i++) {
		auto_free char *condition = strdup("kmod(p0)");
		auto_free char *text = NULL;
		struct world world;

		for (int j = 1; j < 40; j++) {
			char *longer = larger(operators[i], condition, j);

			free(condition);
			condition = longer;
		}
		text = text_format("%s%spackage a-kmp-default-1-1.x86_64\n" NIC
				   "requires (kmod(p1) if kmod(q1) else kmod(p2))\n"
				   "package b-kmp-default-1-1.x86_64\n" NIC "requires %s\n",
				   provided, others, condition);
		plan_of(&world, text, NULL);
		assert_string_equal(world_verdict(&world, "a-kmp-default"), "selected");
		assert_string_equal(world_verdict(&world, "b-kmp-default"), "no candidate");
		assert_string_equal(said(&world, 0, "oversized-condition")->culprit,
				    "b-kmp-default-1-1.x86_64");
		world_done(&world);
	}
}

static void candidates_that_obsolete_each_other_in_a_ring_are_few(void **state)
{
	static const int counts[] = { 100, 700 };
	size_t judged[COUNT(counts)];

	(void)state;
	for (size_t i = 0; i < COUNT(counts); i++) {
		auto_strings struct strings packages = { 0 };
		auto_free char *text = NULL;
		struct world world;

		for (int j = 0; j < counts[i]; j++)
			assert_int_equal(strings_addf(&packages,
						      "package a%d-kmp-default-1-1.x86_64\n" NIC
						      "obsoletes a%d-kmp-default\n"
						      "obsoletes a%d-kmp-default\n",
						      j, (j + 1) % counts[i], (j + 2) % counts[i]),
					 0);
		text = strings_join(&packages, "");
		plan_of(&world, text, NULL);
		judged[i] = world.plan->count;
		assert_true(!said(&world, 0, "too-many-obsoletes") == (i == 0));
		world_done(&world);
	}
	assert_int_equal(judged[0], counts[0]);
	assert_in_range(judged[1], 200, 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_too_many_candidates_each_repository_has_its_share),
		cmocka_unit_test(of_too_many_builds_the_newest_are_looked_at_in_any_order),
		cmocka_unit_test(a_candidate_that_requires_too_many_leaves_room_for_others),
		cmocka_unit_test(what_is_left_out_is_told_so_if_it_is_asked_about),
		cmocka_unit_test(a_condition_of_too_many_cases_is_not_solved),
		cmocka_unit_test(candidates_that_obsolete_each_other_in_a_ring_are_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
