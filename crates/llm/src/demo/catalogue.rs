//! The components the demo knows, and how each of them varies. The sources lie under `assets/demo`.

use super::families::{Family, Slot};

const fn slot(name: &'static str, options: &'static [&'static str]) -> Slot {
    Slot { name, options, about: None }
}

const fn about(name: &'static str, about: &'static str, options: &'static [&'static str]) -> Slot {
    Slot { name, options, about: Some(about) }
}

macro_rules! source {
    ($family:literal, $name:literal) => {
        ($name, include_str!(concat!("../../assets/demo/", $family, ".", $name, ".tsx")))
    };
}

/// What is built when no family fits.
pub static GENERIC: Family = Family {
    noun: "a page of its own",
    keywords: &[],
    files: &[source!("generic", "App")],
    slots: &[
        about(
            "__SUBLINE__",
            "Made for {topic}: calm, quick, and a pleasure to use.",
            &[
                "Calm, quick, and a pleasure to use.",
                "Everything in one place, and nothing in the way.",
                "Small, friendly, and ready in a minute.",
            ],
        ),
        slot("__POINT1__", &["Easy from the start", "Simple on purpose", "Clear at a glance"]),
        slot("__POINT2__", &["Made with care", "Friendly by design", "A joy to use"]),
        slot("__POINT3__", &["Ready for everyone", "Works everywhere", "Yours to shape"]),
        slot("__LIKES__", &["128", "342", "1204"]),
    ],
    explanation: "with a clear headline, three highlights and a small guided tour that you can click through",
    thought: "Nothing ready-made fits these words exactly, so I let them speak: a strong headline, three supporting points, and something to interact with.",
};

pub static FAMILIES: [Family; 12] = [
    Family {
        noun: "a pricing page",
        keywords: &["pricing", "price", "plans", "subscription", "tiers"],
        files: &[source!("pricing", "PlanCard"), source!("pricing", "App")],
        slots: &[
            about(
                "__HEADLINE__",
                "Plans for {topic}",
                &["Pricing that grows with you", "Simple plans, no surprises", "Pay for what you use"],
            ),
            slot(
                "__SUBLINE__",
                &[
                    "Start for free, upgrade when it pays off. Cancel at any time.",
                    "One price for everything. No hidden fees, no small print.",
                ],
            ),
            slot("__PLAN1__", &["Starter", "Free", "Hobby"]),
            slot("__PLAN2__", &["Pro", "Plus", "Studio"]),
            slot("__PLAN3__", &["Business", "Team", "Scale"]),
            slot("__PRICE__", &["12", "19", "24"]),
            slot("__PRICE2__", &["49", "59", "79"]),
            slot("__YEARLY__", &["true", "false"]),
        ],
        explanation: "with three plans, a switch between monthly and yearly prices, and answers to the usual questions",
        thought: "People compare plans, so the cards must line up, and the yearly saving has to be visible before anyone asks.",
    },
    Family {
        noun: "a sign-in form",
        keywords: &[
            "login",
            "log in",
            "log-in",
            "sign in",
            "sign-in",
            "signin",
            "sign up",
            "sign-up",
            "signup",
            "register",
            "registration",
            "auth",
        ],
        files: &[source!("auth", "App")],
        slots: &[
            slot("__MODE__", &["sign-in", "sign-up"]),
            about(
                "__HEADLINE__",
                "The home of {topic}",
                &["Good to have you here.", "Pick up where you left off.", "Your work, in one calm place."],
            ),
            slot(
                "__SUBLINE__",
                &[
                    "Plan, write and share without switching between seven tabs.",
                    "Thousands of teams begin their day here.",
                ],
            ),
        ],
        explanation: "with validation, a strength meter, a password you can make visible, and a switch between signing in and signing up",
        thought: "A form like this fails on details: labels, error texts next to the field, autocomplete, and a way to see the password.",
    },
    Family {
        noun: "a kanban board",
        keywords: &["kanban", "board", "trello", "sprint", "project management"],
        files: &[source!("kanban", "TaskCard"), source!("kanban", "Column"), source!("kanban", "App")],
        slots: &[
            about("__HEADLINE__", "The board for {topic}", &["Product board", "This sprint", "Team board"]),
            slot("__STAGE1__", &["To do", "Planned", "Backlog"]),
            slot("__STAGE2__", &["In progress", "Doing"]),
            slot("__STAGE3__", &["Done", "Shipped"]),
        ],
        explanation: "with three columns, cards to drag or to move with buttons, search, and a field to add cards",
        thought: "Dragging alone shuts out keyboard users, so every card also gets buttons to move it back and on.",
    },
    Family {
        noun: "a to-do list",
        keywords: &["todo", "to-do", "to do", "task", "checklist", "shopping list", "grocer"],
        files: &[source!("todo", "App")],
        slots: &[
            about("__HEADLINE__", "To do for {topic}", &["Today", "My day", "Things to do"]),
            slot("__TASK1__", &["Water the plants", "Answer Mira’s letter", "Book the train"]),
            slot("__TASK2__", &["Prepare the Monday meeting", "Finish the first draft", "Call the dentist"]),
            slot("__TASK3__", &["Buy bread and olives", "Go for a run", "Plan the weekend"]),
        ],
        explanation: "where you can add, tick off, filter and delete tasks, with a bar that shows how far you are",
        thought: "The list has to feel instant: add with Enter, one click to finish, and progress that is visible at a glance.",
    },
    Family {
        noun: "a calculator",
        keywords: &["calculator", "calc"],
        files: &[source!("calculator", "App")],
        slots: &[about("__HEADLINE__", "Calculator for {topic}", &["Calculator", "Quick sums", "Pocket calculator"])],
        explanation: "with the four operations, percent and sign, a short history, and full keyboard support",
        thought: "The state machine of a calculator is easy to get wrong, so I keep it in one pure function and let the buttons and the keyboard share it.",
    },
    Family {
        noun: "a focus timer",
        keywords: &["timer", "clock", "pomodoro", "stopwatch", "countdown", "alarm"],
        files: &[source!("clock", "App")],
        slots: &[
            about("__HEADLINE__", "A timer for {topic}", &["Focus timer", "One thing at a time", "Deep work"]),
            slot("__FOCUS__", &["25", "30", "45"]),
        ],
        explanation: "with the time of day, three modes, a ring that empties as the time passes, and a count of finished rounds",
        thought: "The ring is one SVG circle whose dash offset follows the time left; the digits must not jump, so they are tabular.",
    },
    Family {
        noun: "a chat",
        keywords: &["chat", "messenger", "messaging", "message", "conversation", "inbox"],
        files: &[source!("chat", "Bubble"), source!("chat", "App")],
        slots: &[
            about("__HEADLINE__", "Chats for {topic}", &["Chats", "Messages", "Inbox"]),
            slot("__FRIEND1__", &["Noor Hassan", "Maya Chen", "Elif Demir"]),
            slot("__FRIEND2__", &["Tom Becker", "Luis Ortega", "Ben Okafor"]),
        ],
        explanation: "with a list of conversations, bubbles for both sides, and a friend who types back",
        thought: "It has to feel alive: scroll to the newest message, show that the other side is typing, and keep each conversation apart.",
    },
    Family {
        noun: "a dashboard",
        keywords: &["dashboard", "analytics", "chart", "graph", "metrics", "kpi", "statistics", "report", "revenue"],
        files: &[source!("dashboard", "StatCard"), source!("dashboard", "RevenueChart"), source!("dashboard", "App")],
        slots: &[
            about("__HEADLINE__", "Overview for {topic}", &["Overview", "How we are doing", "Business at a glance"]),
            slot("__METRIC2__", &["Customers", "Subscribers", "Visitors"]),
            slot("__METRIC3__", &["Orders", "Sales", "Bookings"]),
            slot("__RANGE__", &["12 months", "30 days", "7 days"]),
            slot("__BASE__", &["900", "1250", "1600"]),
            slot("__PHASE__", &["0", "1", "2.4"]),
        ],
        explanation: "with four key figures, an area chart that compares two periods, and the latest sales; the range switches everything",
        thought: "Figures mean little alone, so each one gets a change against the period before, and the chart shows both periods.",
    },
    Family {
        noun: "a settings page",
        keywords: &["settings", "profile", "account", "preferences"],
        files: &[source!("settings", "Toggle"), source!("settings", "App")],
        slots: &[
            about("__HEADLINE__", "Settings for {topic}", &["Settings", "Your account", "Preferences"]),
            slot("__SUBLINE__", &["Manage who you are and how we reach you.", "Small switches, big difference."]),
            slot("__PERSON__", &["Ada Moreno", "Jonas Lindqvist", "Priya Raman"]),
            slot(
                "__BIO__",
                &["I design things that people forget they are using.", "Engineer, climber, collector of old maps."],
            ),
        ],
        explanation: "with four sections, a profile form, switches, and a bar that knows whether there is anything to save",
        thought: "The one thing users fear here is losing changes, so the page always says whether everything is saved.",
    },
    Family {
        noun: "a product grid",
        keywords: &["shop", "store", "product", "e-commerce", "ecommerce", "cart", "catalog", "marketplace"],
        files: &[source!("shop", "ProductCard"), source!("shop", "App")],
        slots: &[
            about("__HEADLINE__", "Made for {topic}", &["New this season", "Made to be used", "Our favourites"]),
            slot(
                "__SUBLINE__",
                &["Small batches, honest materials, delivered in two days.", "Things that get better with the years."],
            ),
            slot("__ITEM1__", &["Stoneware mug", "Linen apron", "Field notebook"]),
            slot("__ITEM2__", &["Walnut tray", "Wool blanket", "Desk lamp"]),
            slot("__ITEM3__", &["Beeswax candle", "Oak spoon", "Pencil set"]),
            slot("__ITEM4__", &["Canvas backpack", "Copper kettle", "Leather case"]),
            slot("__ITEM5__", &["Serving bowl", "Cotton throw", "Wall clock"]),
            slot("__ITEM6__", &["Tea sampler", "Soap trio", "Card holder"]),
        ],
        explanation: "with filters, sorting, favourites, and a bag that counts and adds up",
        thought: "There are no photos to load, so the cards get their life from colour, and the bag is one small map from product to number.",
    },
    Family {
        noun: "a data table",
        keywords: &[
            "table",
            "data grid",
            "datagrid",
            "spreadsheet",
            "crm",
            "admin",
            "directory",
            "list of users",
            "users list",
        ],
        files: &[source!("table", "App")],
        slots: &[
            about("__HEADLINE__", "Everyone at {topic}", &["Members", "People", "Customers"]),
            slot("__COLUMN1__", &["Name", "Member", "Person"]),
            slot("__COLUMN4__", &["Spend", "Budget", "Revenue"]),
            slot("__SHIFT__", &["0", "1", "2", "3"]),
        ],
        explanation: "with search, sorting by every column, selection and pages",
        thought: "Search, sort and paging have to work together: searching goes back to the first page, and sorting keeps the search.",
    },
    Family {
        noun: "a landing page",
        keywords: &["landing", "hero", "homepage", "home page", "marketing", "startup", "website", "waitlist"],
        files: &[source!("landing", "Features"), source!("landing", "App")],
        slots: &[
            about(
                "__HEADLINE__",
                "The better way for {topic}",
                &["Do your best work, calmly", "Less busywork, more of what matters", "Your week, sorted"],
            ),
            slot(
                "__SUBLINE__",
                &[
                    "One place for plans, people and progress. Set up in minutes, loved for years.",
                    "We take care of the routine, so that you can take care of the rest.",
                ],
            ),
            slot("__BADGE__", &["New: version 2 is here", "Now open to everyone", "Loved by 12,000 teams"]),
        ],
        explanation: "with a hero, six features, voices of customers and a sign-up that works",
        thought: "The first screen must say what it is and what to do next; everything below only has to earn trust.",
    },
];
