/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offer-goods - what packages of random repositories provide, replace and break, and their hints.
 */
#pragma once

/* What may be provided, replaced or broken. */
static const char *const offer_goods[] = { "n0-kmp-default",
					   "n1-kmp",
					   "n1-kmp = #",
					   "n2-kmp-default",
					   "n2-kmp-default = #-1",
					   "f0-firmware = #",
					   "firmware(f2)",
					   "u0",
					   "u0 = #-1",
					   "u1 = #",
					   "n3-kmp-default = 2:#",
					   "n5-kmp-default = 1-1",
					   "/usr/bin/u0",
					   "ksym(default:e) = 5555",
					   "cap0",
					   "cap0 = #",
					   "cap1",
					   "kernel-macros",
					   "kernel-thing = #",
					   "ksym(default:a) = 1111",
					   "ksym(default:b) = 2222",
					   "ksym(default:c) = 3333",
					   "kernel-uname-r = 6.4.0-150600.21-default",
					   "kernel-uname-r = 6.4.0-150600.30-default",
					   "kernel-uname-r = 6.4.0",
					   "kernel-uname-r = 0:6.4.0-150600.021-default",
					   "kernel-uname-r",
					   "kernel = 6.4.0",
					   "kmod(m0.ko)",
					   "kmod(m1)" };

/* Each '@' is for a wish without a version, each '%' for a pattern. */
static const char *const offer_hints[] = { "supplements modalias(kernel-default:%)",
					   "supplements modalias(kernel-default:%)",
					   "supplements modalias(kernel-default:%)",
					   "supplements modalias(kernel-rt:%)",
					   "supplements modalias(%)",
					   "supplements modalias(@:%)",
					   "supplements modalias(@:%)",
					   "supplements (modalias(kernel-default:%) and @)",
					   "supplements (modalias(%) and @)",
					   "supplements (modalias(%) or @)",
					   "supplements (modalias(%) unless @)",
					   "supplements (@ if modalias(%))",
					   "supplements system:modalias(kernel-default:%)",
					   "supplements @\nfreshens modalias(kernel-default:%)",
					   "freshens modalias(kernel-default:%)",
					   "provides modalias(kernel-default:%)",
					   "supplements @" };

/* What modules do with symbols, as module-fixture.h has it. */
static const char *const offer_modes[] = { "needs", "needs", "weak", "gives" };
static const char *const offer_symbols[] = { "a=1111", "b=2222", "c=3333", "c=9999", "e=5555" };
