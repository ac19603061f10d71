/** English helpfulness prompts with a better and a worse answer. */
import type { HelpfulnessTuple } from "./shape";

export const HELPFULNESS_EN: readonly HelpfulnessTuple[] = [
  [
    "Why is the sky blue?",
    "Air molecules scatter short wavelengths of sunlight far more than long ones. Blue light therefore reaches your eyes from every direction, while red passes almost straight through. At sunset the light crosses more air, the blue is scattered away and the sky looks red.",
    "Because it reflects the ocean.",
  ],
  [
    "How do I boil an egg so that the yolk stays soft?",
    "Lower the egg into boiling water and cook it for six and a half minutes. Then put it in cold water for two minutes, which stops the cooking and makes it easier to peel. For a large egg from the fridge add thirty seconds.",
    "Boil it until it is done. Eggs are very healthy and people all over the world have eaten them for thousands of years in many dishes.",
  ],
  [
    "Explain compound interest to a ten-year-old.",
    "Imagine a jar that gives you one extra coin for every ten coins in it each year. The first year 10 coins earn 1 coin. The next year the jar has 11, so it earns a bit more, because the new coin earns too. The longer you wait, the faster it grows.",
    "Compound interest is A = P(1 + r/n)^(nt).",
  ],
  [
    "What should I pack for a three-day hike in autumn?",
    "Take layers: a thin base layer, a fleece, a rain jacket and a warm hat. Add a sleeping bag rated below the expected night temperature, a map, a headlamp, a first-aid kit and a way to clean water. Plan about 3,000 calories a day, and tell someone your route.",
    "A backpack and shoes.",
  ],
  [
    "Write a polite email asking a colleague to send a late report.",
    "Subject: Sales report for March\n\nHi Dana,\n\nI hope your week is going well. I'm putting the quarterly summary together and am still missing the March sales report. Could you send it by Thursday noon? If something is holding it up, let me know and we can find a way around it.\n\nThanks,\nSam",
    "Send me the report now, it is late.",
  ],
  [
    "What is the difference between a virus and a bacterium?",
    "A bacterium is a living cell that feeds and divides by itself; a virus is genetic material in a shell that needs a host cell to multiply. That is why antibiotics work against bacteria and not against viruses. Vaccines exist for some of both.",
    "They are both germs, so there is no real difference, and antibiotics cure both.",
  ],
  [
    "How can I remember people's names better?",
    'Say the name back at once: "Nice to meet you, Priya." Then tie it to something you can see, such as a yellow scarf, and use it once more when you leave. Writing down three names after an event helps them stay.',
    "Some people are just bad with names and nothing can be done.",
  ],
  [
    "Give me three ideas for a rainy Sunday with two small children.",
    "1. Build a blanket fort and read by torchlight inside it. 2. Bake simple biscuits and let each child decorate a plate. 3. Make a treasure hunt with drawn clues that leads through every room.",
    "Watch television. You could also watch a film, or a series, or something else on television, depending on what is on television.",
  ],
  [
    "Summarise the plot of Romeo and Juliet in two sentences.",
    "Two teenagers from feuding families in Verona fall in love and marry in secret. After a banishment and a message that never arrives, each dies believing the other is lost, and their deaths end the feud.",
    "It is a play by Shakespeare about love.",
  ],
  [
    "How do I undo my last git commit but keep the changes?",
    "Run `git reset --soft HEAD~1`. The commit disappears and its changes stay staged. If you have already pushed it, prefer `git revert HEAD`, which adds a new commit and does not rewrite what others have.",
    "Delete the folder and clone it again.",
  ],
  [
    "What does it mean when a recipe says to fold in egg whites?",
    "It means mixing gently so that the air stays in. Put a third of the whites on the batter, cut down through the middle with a spatula, sweep along the bottom and lift over the top. Turn the bowl and repeat until you see no streaks.",
    "Stir them in quickly with a mixer.",
  ],
  [
    "Is it better to learn guitar or piano first?",
    "Piano makes theory visible: every note has one key, and both clefs come early. Guitar is cheaper, portable and gets you to songs quickly, though the first weeks hurt your fingertips. Choose the one whose music you listen to, because you will practise it more.",
    "Piano.",
  ],
  [
    "Why do cats knead blankets?",
    "Kittens press their mother's belly to make milk flow, and many adults keep the movement as a sign of comfort. It also leaves scent from glands in the paws. Kneading with purring usually means a relaxed cat.",
    "Cats knead because they want to bake bread, and they do it when they are angry with their owner.",
  ],
  [
    "How do I ask for a raise?",
    "Pick a calm moment, such as a planned review. Bring three results with numbers, the market range for your role and one clear figure. Say it, then stop talking. If the answer is no, ask what would make it a yes and by when.",
    "Tell your boss that you will leave unless you are paid more. Bosses only understand threats.",
  ],
  [
    "Translate 'Where is the nearest pharmacy?' into French and Spanish.",
    "French: Où est la pharmacie la plus proche ? Spanish: ¿Dónde está la farmacia más cercana?",
    "French: Où est le hôpital ? Spanish: ¿Dónde farmacia?",
  ],
  [
    "How much water should a houseplant get?",
    "Let the soil tell you: push a finger two centimetres in and water only when it is dry there. Water until some runs out below, then empty the saucer. Most houseplants die from too much water, and they need less in winter.",
    "One litre every day for every plant.",
  ],
  [
    "Explain recursion with an everyday example.",
    'To find out which row you sit in at the cinema, ask the person in front for their row and add one. They ask the person in front of them, and so on, until the first row simply answers "one". The question calls itself on a smaller case, and the first row is where it stops.',
    "Recursion is when a function is recursive.",
  ],
  [
    "What is a good way to start running?",
    "Begin with three sessions a week: one minute of easy running, two minutes of walking, for twenty minutes. Each week lengthen the runs a little. You should be able to speak in sentences. Rest a day between sessions so that shins and tendons adapt.",
    "Run ten kilometres every day from the first day. Pain means it is working.",
  ],
  [
    "Write a haiku about the first snow.",
    "Hush over the roofs:\na sparrow's three small footprints\nread like a letter.",
    "Snow is falling down and it is very cold outside today in the winter.",
  ],
  [
    "How do noise-cancelling headphones work?",
    "Small microphones pick up the sound around you, and the headphones play the same wave upside down. The two add up to almost nothing. It works best on steady low sounds such as engines, and less well on voices.",
    "They have thick foam.",
  ],
  [
    "What are the main causes of inflation?",
    "Three stand out. Demand can grow faster than what the economy produces; costs such as energy or wages can rise and be passed on; and people who expect higher prices ask for more in advance. More money chasing the same goods feeds the first.",
    "Inflation is caused by greedy shops.",
  ],
  [
    "Suggest a vegetarian dinner that takes twenty minutes.",
    "Chickpea curry: fry an onion and two cloves of garlic, add two spoons of curry paste, a tin of chickpeas and a tin of coconut milk. Simmer ten minutes, stir in spinach, and serve with rice or flatbread.",
    "Grilled chicken with vegetables.",
  ],
  [
    "My bread does not rise. What could be wrong?",
    "Check the yeast first: stir it into lukewarm water with sugar, and if it does not foam in ten minutes it is dead. Water above 50 °C kills it and cold rooms slow it. Too much salt or a dry dough also hold the rise back. Give it time until it has doubled.",
    "Buy bread in a shop instead.",
  ],
  [
    "How does a refrigerator make things cold?",
    "It moves heat rather than making cold. A liquid evaporates in pipes inside and takes up heat, a compressor squeezes the vapour, and outside at the back it turns liquid again and gives the heat away. Then the cycle repeats.",
    "It creates cold air with electricity and blows it around with a fan until everything is cold.",
  ],
  [
    "Give me a mnemonic for the order of the planets.",
    '"My Very Educated Mother Just Served Us Noodles": Mercury, Venus, Earth, Mars, Jupiter, Saturn, Uranus, Neptune.',
    "Just learn them by heart: Earth, Mars, Pluto, Jupiter, Saturn, Venus, Mercury, Uranus.",
  ],
  [
    "What is the best way to clean a cast-iron pan?",
    "Rinse it warm while it is still warm from cooking and scrub with a brush; coarse salt lifts what sticks. Dry it on the stove at once and rub in a drop of oil. A little soap is fine, soaking is not.",
    "Put it in the dishwasher overnight.",
  ],
  [
    "How do I write a good commit message?",
    'Start with a line of at most fifty characters that says what the commit does, as an order: "Fix crash on empty cart". Leave a blank line, then explain why it was needed and what you checked. The difference itself already shows how.',
    "Write 'fix' or 'update'. Nobody reads commit messages.",
  ],
  [
    "Why do we have leap years?",
    "The Earth needs about 365.2422 days to go round the sun. A day every four years makes up for the quarter; skipping it in years divisible by 100 but not by 400 corrects what is left. Without it the seasons would drift by a month in about 120 years.",
    "To make February longer, since it is too short.",
  ],
  [
    "How can I make my résumé stand out?",
    'Put results before duties: "cut delivery time by 30%" says more than "responsible for deliveries". Use the words of the job advert where they are true, keep it to one or two pages, and let somebody else proofread it.',
    "Use many colours and fonts and write as much as possible, at least six pages, so that they see how much you have done in your life.",
  ],
  [
    "What is the difference between weather and climate?",
    "Weather is what happens now or this week; climate is the pattern over decades. One cold winter day says little about climate, just as one bad match says little about a team's season. Climate is what you expect, weather is what you get.",
    "There is none.",
  ],
  [
    "Plan one day in Rome for a first visit.",
    "Morning: the Colosseum and the Forum, with tickets booked ahead. Lunch in Monti. Afternoon: walk by the Pantheon and Piazza Navona. At dusk see the Trevi Fountain, then have dinner in Trastevere. Everything is within walking distance.",
    "Go to the Eiffel Tower in the morning and then see the city.",
  ],
  [
    "How do vaccines protect us?",
    "They show the immune system a harmless piece or a weakened form of a germ. The body makes antibodies and, above all, memory cells. When the real germ comes, the answer is fast and the illness mild or absent.",
    "They put medicine in your blood that kills all germs for ever.",
  ],
  [
    "What should I look at when buying a used bicycle?",
    "Look along the frame for cracks and dents, spin the wheels to see wobble, squeeze both brakes and shift through every gear. Measure the chain: a worn one often means new sprockets as well. Ask for the receipt and check the frame number.",
    "The colour.",
  ],
  [
    "Explain what an API is without jargon.",
    "Think of a restaurant. You do not walk into the kitchen; you order from a menu and a waiter brings the dish. An API is that menu for programs: it lists what one program may ask of another and what comes back.",
    "An API is an application programming interface exposing endpoints over a protocol with serialised payloads.",
  ],
  [
    "How do I stop procrastinating on a big task?",
    "Shrink the first step until it is silly: open the file and write one sentence. Set a timer for ten minutes and allow yourself to stop afterwards. Decide today when and where tomorrow's ten minutes happen. Starting is the hard part, and small starts add up.",
    "Just do it.",
  ],
  [
    "What makes sourdough sour?",
    "A starter holds wild yeast and lactic acid bacteria. The yeast makes gas, the bacteria make lactic and acetic acid. A cooler, longer rise gives more acetic acid and a sharper taste; a warm one is milder.",
    "Bakers add lemon juice and vinegar.",
  ],
  [
    "How can I sleep better?",
    "Keep the same rising time every day, also at weekends. Stop caffeine after lunch, dim the lights an hour before bed and keep the room cool. If you lie awake for twenty minutes, get up, read something dull and come back when sleepy.",
    "Drink a few glasses of wine before bed.",
  ],
  [
    "What is the capital of Australia and why is it not Sydney?",
    "Canberra. Sydney and Melbourne both wanted to be the capital when the colonies united in 1901, so a new city was built between them as a compromise.",
    "Sydney is the capital of Australia because it is the largest city. It has a famous opera house and a beautiful harbour, and many tourists go there every year.",
  ],
  [
    "How do I politely decline a party invitation?",
    '"Thank you so much for thinking of me. I can\'t make it on Saturday, but I hope you have a wonderful evening. Coffee next week?" You need not give a reason.',
    "Do not answer. They will understand.",
  ],
  [
    "Give me a short warm-up before a presentation.",
    "Stand up and shake out your arms. Breathe in for four counts and out for six, five times. Hum from low to high, then say your first two sentences aloud slowly. Look at one friendly face when you start.",
    "Drink three coffees.",
  ],
  [
    "What is a hash table?",
    "It stores pairs of key and value. A hash function turns the key into a position in an array, so that looking it up takes about the same time however many entries there are. When two keys land on the same place, the table keeps both, for example in a short list.",
    "A table with hashes in it, used by programmers.",
  ],
  [
    "How do I get red wine out of a white shirt?",
    "Blot at once, do not rub. Cover the stain with salt or pour sparkling water through it, then soak it for half an hour in cool water with a spoon of oxygen bleach. Wash as usual, and do not tumble-dry before the stain is gone, since heat sets it.",
    "Iron it hot so that the wine evaporates.",
  ],
  [
    "Why does metal feel colder than wood at the same temperature?",
    "Your skin feels how fast heat leaves it, not the temperature itself. Metal conducts heat away quickly, wood slowly, so metal cools your finger more although both are equally warm.",
    "Because metal is always colder than wood.",
  ],
  [
    "Recommend a book for someone who liked The Hobbit.",
    "Try A Wizard of Earthsea by Ursula K. Le Guin: a short, wise story about a young wizard who must face the shadow he set free. If you want more humour, The Princess Bride is a good second.",
    "The Hobbit.",
  ],
  [
    "How do I divide a restaurant bill fairly?",
    "If everyone ate about the same, divide equally. If not, let each add up their own dishes and share tax, tip and common plates in proportion. Agree before ordering: it avoids the awkward minute at the end.",
    "Let the richest person pay. It is only fair, since they have the most money of all of you, and they will not mind, and if they do mind they should not have come.",
  ],
  [
    "What is the purpose of a safety margin when planning a project?",
    "Tasks are late more often than early, and delays add up where one task waits for another. A margin at the end, shared by all tasks, absorbs that without padding each estimate. Fifteen to thirty per cent is common for familiar work.",
    "It lets the team be lazy.",
  ],
  [
    [
      "I want to learn Korean.",
      "Great! Do you want to read, to speak, or both?",
      "Both. How should I start this week?",
    ],
    "Spend the first three days on Hangul: it has 24 basic letters and you can read in a few hours. Then learn ten greetings with audio and say them aloud. Finish the week by writing your name and three sentences about yourself.",
    "Watch dramas.",
  ],
  [
    ["My laptop is slow.", "When is it slow: at start, or all the time?", "Mostly at start."],
    "Then look at what starts with it. On Windows open Task Manager and its Startup tab, on a Mac open Login Items, and switch off what you do not need. If it has a mechanical disk, an SSD changes most. Restart and compare.",
    "All laptops get slow. Buy a new one.",
  ],
  [
    [
      "Can you suggest a name for my bakery?",
      "Sure. What is special about it?",
      "We bake at night and sell before sunrise.",
    ],
    "Three ideas: First Light Bakery, The Night Oven, and Before Dawn Bread. The first sounds warm, the second is easy to remember, the third says exactly what you do.",
    "The Bakery Shop of Bread.",
  ],
  [
    ["I have eggs, rice and spinach.", "You could make fried rice or a frittata.", "How do I make the fried rice?"],
    "Use cold rice. Scramble two eggs in a hot pan and set them aside. Fry garlic for a few seconds, add the rice and press it flat until it crackles, then stir in spinach, soy sauce and the eggs. Two minutes and it is done.",
    "Fry the rice.",
  ],
  [
    [
      "What is photosynthesis?",
      "Plants use light to turn water and carbon dioxide into sugar and oxygen.",
      "Then why are leaves green?",
    ],
    "Chlorophyll absorbs red and blue light best and reflects green, so green is what reaches your eyes. In autumn it breaks down and the yellow pigments that were there all along appear.",
    "Because plants like green.",
  ],
  [
    [
      "I feel nervous about my exam tomorrow.",
      "That is understandable. How far are you with studying?",
      "I know most of it, but I panic.",
    ],
    "Tonight stop early, pack your things and sleep. Tomorrow begin with the question you find easiest. If panic comes, put the pen down and breathe out slowly five times: it passes in about a minute. You know most of it, and that is what the exam asks for.",
    "You should have studied more. Stay up all night and read everything again.",
  ],
  [
    "How do I convert Celsius to Fahrenheit in my head?",
    "Double it and add 30. For 20 °C that gives 70 °F; the exact value is 68. The real rule is times 1.8 plus 32, so the trick is good between about 0 and 30 °C.",
    "Multiply by five.",
  ],
  [
    "What is the difference between 'affect' and 'effect'?",
    "'Affect' is usually a verb: rain affects the harvest. 'Effect' is usually a noun: the effect of rain. If you can put 'the' in front, write effect.",
    "They can be used interchangeably.",
  ],
];
