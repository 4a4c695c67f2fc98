"""The whole turn as a plain Mesa model: countries with attributes and methods, dictionaries, loops, `mesa.batch_run`.

Written the way Mesa's own examples are, for two ends. It is what compiled rules on arrays are measured against. And it
is a second implementation of the model: it calls no rule and no kernel of powersim, reckons every package by looking at
the world that it makes, keeps nothing from one look to the next and takes no short cut. `compared` holds both against
each other after every turn. What `docs/odd.md` did not say was looked up in the kernels and is said there now, so a
mistake that both share is one of the description.

Shared with powersim: the numbers of a built scenario (`Case`), the codes of its expressions and events, and, if asked
for (`keyed`), its luck: the same key gives the same uniform, so that a history agrees deal for deal. Without, luck is
Mesa's own.

What it does: every mechanism that has a switch (`docs/mechanisms.md`), in all phases of a turn. Events; paths, sets,
stocks, holds and prohibitions of a branch; growth, budgets, production, know-how, proxies; own policy (vetoes, any,
sums, members of a mean, programmes, sanctions, pledges); exchange (menu, agendas, packages of two and of several,
payments, both protocols, signature, matching); delivery, compliance and breach; strikes on programmes; crises; wars,
helpers, strikes on cities; beliefs, alignment, politics at home.

What it does not: a branch's own `offer:` is refused (ValueError). There are no policies of a user's agents, no channels
held at another history, no decisions settled beforehand and no chronicle; a `Case` carries none of these. What a
history adds up for outcomes alone (`onset`, `conceded`, `struck`, `reneged`: no rule reads them) is left out. A turn
takes any number of offers, where powersim drops those beyond 256 or eight an actor; and breaches are read from a list,
however long the chronicle has grown.
"""
