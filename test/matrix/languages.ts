// Ordinary records in ten languages: short questions about cooking, travel, health and school. `LANGUAGES` gives forty of
// each by joining ten answers with four closing sentences. Nothing in them is about computers.

export interface Exchange {
  readonly question: string;
  readonly answer: string;
  /** A passage that the question comes with. */
  readonly context: string;
  readonly topic: string;
}

interface Language {
  readonly pairs: readonly (readonly [topic: string, question: string, answer: string])[];
  readonly closings: readonly [string, string, string, string];
}

/** Whether ISO 8859-1 can write the language. */
export const LATIN_1 = ["en", "es", "fr", "de", "pt"] as const;

const WRITTEN: Readonly<Record<string, Language>> = {
  en: {
    pairs: [
      ["cooking", "How long should I boil an egg?", "Eight minutes for a firm yolk, six for a soft one."],
      ["cooking", "What can I use instead of butter in a cake?", "Apple sauce or yoghurt works well in most cakes."],
      ["cooking", "How do I keep rice from sticking?", "Rinse it in cold water and let it rest after cooking."],
      ["travel", "Which month is best for visiting Lisbon?", "May is mild, and the streets are not yet crowded."],
      ["travel", "Do I need boots for the coastal path?", "Sturdy shoes are enough when the weather is dry."],
      ["travel", "How early should we be at the station?", "Twenty minutes before departure is plenty."],
      ["health", "What helps against a sore throat?", "Warm tea with honey, rest, and plenty of water."],
      ["health", "How much sleep does a child of ten need?", "Nine to eleven hours a night is usual."],
      ["school", "Why does the moon change its shape?", "We see more or less of its sunlit half as it moves."],
      ["school", "What is seven times twelve?", "Seven times twelve is eighty-four."],
    ],
    closings: [
      "Enjoy your day!",
      "Ask again if something is unclear.",
      "My grandmother always said so.",
      "It costs next to nothing, about 3 pounds.",
    ],
  },
  es: {
    pairs: [
      ["cocina", "¿Cuánto tiempo se cuece un huevo?", "Ocho minutos para que quede duro, seis si se quiere blando."],
      ["cocina", "¿Con qué puedo sustituir la mantequilla?", "El yogur o el puré de manzana funcionan muy bien."],
      ["cocina", "¿Cómo hago para que el arroz no se pegue?", "Lávalo con agua fría y déjalo reposar al final."],
      [
        "viajes",
        "¿Cuál es el mejor mes para ir a Sevilla?",
        "En abril hace buen tiempo y la ciudad está llena de flores.",
      ],
      ["viajes", "¿Necesito botas para el camino de la costa?", "Con zapatos cómodos basta si no ha llovido."],
      ["viajes", "¿Con cuánta antelación llego a la estación?", "Veinte minutos antes de la salida es suficiente."],
      ["salud", "¿Qué alivia el dolor de garganta?", "Té caliente con miel, descanso y mucha agua."],
      ["salud", "¿Cuántas horas debe dormir una niña de diez años?", "Lo normal es entre nueve y once horas."],
      ["escuela", "¿Por qué cambia la forma de la luna?", "Vemos más o menos de su mitad iluminada según se mueve."],
      ["escuela", "¿Cuánto es siete por doce?", "Siete por doce son ochenta y cuatro."],
    ],
    closings: [
      "¡Que tengas un buen día!",
      "Pregunta otra vez si algo no está claro.",
      "Mi abuela siempre lo decía.",
      "Cuesta muy poco, unos 3 euros.",
    ],
  },
  fr: {
    pairs: [
      ["cuisine", "Combien de minutes pour cuire le riz au lait ?", "Quarante minutes à feu doux, en remuant souvent."],
      [
        "cuisine",
        "Par quoi remplacer le beurre dans un gâteau ?",
        "La compote de pommes ou le yaourt conviennent très bien.",
      ],
      [
        "cuisine",
        "Comment éviter que le riz ne colle ?",
        "Rincez-le à l'eau froide et laissez-le reposer après la cuisson.",
      ],
      [
        "voyage",
        "Quel est le meilleur mois pour visiter Lyon ?",
        "En mai, il fait doux et les rues sont encore calmes.",
      ],
      ["voyage", "Faut-il des bottes pour le sentier côtier ?", "De bonnes chaussures suffisent par temps sec."],
      ["voyage", "Quand faut-il arriver à la gare ?", "Vingt minutes avant le départ, c'est largement assez."],
      ["santé", "Que faire contre le mal de gorge ?", "Du thé chaud au miel, du repos et beaucoup d'eau."],
      ["santé", "Combien d'heures dort un enfant de dix ans ?", "De neuf à onze heures par nuit en général."],
      ["école", "Pourquoi la lune change-t-elle de forme ?", "Nous voyons plus ou moins de sa moitié éclairée."],
      ["école", "Combien font sept fois douze ?", "Sept fois douze font quatre-vingt-quatre."],
    ],
    closings: [
      "Bonne journée !",
      "Reposez la question si ce n'est pas clair.",
      "Ma grand-mère le disait toujours.",
      "Cela ne coûte presque rien, environ 3 euros.",
    ],
  },
  de: {
    pairs: [
      ["Kochen", "Wie lange kocht man ein Ei?", "Acht Minuten für ein hartes, sechs für ein weiches Ei."],
      ["Kochen", "Was nehme ich statt Butter für den Kuchen?", "Apfelmus oder Joghurt gelingt in den meisten Kuchen."],
      ["Kochen", "Wie verhindere ich, dass der Reis klebt?", "Mit kaltem Wasser abspülen und danach ruhen lassen."],
      ["Reisen", "Wann ist es in Lübeck am schönsten?", "Im Mai ist es mild, und die Gassen sind noch leer."],
      ["Reisen", "Brauche ich Stiefel für den Küstenweg?", "Feste Schuhe genügen, wenn es trocken ist."],
      ["Reisen", "Wann sollten wir am Bahnhof sein?", "Zwanzig Minuten vor der Abfahrt reichen völlig."],
      ["Gesundheit", "Was hilft gegen Halsschmerzen?", "Warmer Tee mit Honig, Ruhe und viel Wasser."],
      [
        "Gesundheit",
        "Wie viel Schlaf braucht ein Kind mit zehn Jahren?",
        "Neun bis elf Stunden in der Nacht sind üblich.",
      ],
      ["Schule", "Warum ändert der Mond seine Form?", "Wir sehen mehr oder weniger von seiner hellen Hälfte."],
      ["Schule", "Wie viel ist sieben mal zwölf?", "Sieben mal zwölf ist vierundachtzig."],
    ],
    closings: [
      "Einen schönen Tag noch!",
      "Fragen Sie gern noch einmal nach.",
      "So hat es meine Großmutter gemacht.",
      "Das kostet fast nichts, etwa 3 Euro.",
    ],
  },
  pt: {
    pairs: [
      ["cozinha", "Quanto tempo leva para cozinhar um ovo?", "Oito minutos para a gema firme, seis para a gema mole."],
      ["cozinha", "O que usar no lugar da manteiga no bolo?", "Purê de maçã ou iogurte funcionam muito bem."],
      ["cozinha", "Como evitar que o arroz grude?", "Lave com água fria e deixe descansar depois de pronto."],
      ["viagem", "Qual é o melhor mês para visitar o Porto?", "Em maio o tempo é ameno e há pouca gente nas ruas."],
      ["viagem", "Preciso de botas para a trilha do litoral?", "Bons sapatos bastam quando o tempo está seco."],
      ["viagem", "Quando devemos chegar à estação?", "Vinte minutos antes da partida é o bastante."],
      ["saúde", "O que ajuda contra a dor de garganta?", "Chá quente com mel, repouso e muita água."],
      ["saúde", "Quantas horas dorme uma criança de dez anos?", "De nove a onze horas por noite é o normal."],
      ["escola", "Por que a lua muda de forma?", "Vemos mais ou menos da metade que o sol ilumina."],
      ["escola", "Quanto é sete vezes doze?", "Sete vezes doze são oitenta e quatro."],
    ],
    closings: [
      "Tenha um bom dia!",
      "Pergunte de novo se algo não ficou claro.",
      "Minha avó sempre dizia isso.",
      "Custa quase nada, uns 3 euros.",
    ],
  },
  ru: {
    pairs: [
      ["кухня", "Сколько минут варить яйцо?", "Восемь минут, чтобы желток был твёрдым, шесть — всмятку."],
      ["кухня", "Чем заменить масло в пироге?", "Подойдёт яблочное пюре или йогурт."],
      ["кухня", "Как сделать, чтобы рис не слипался?", "Промойте его холодной водой и дайте постоять."],
      ["поездки", "В каком месяце лучше ехать в Казань?", "В мае уже тепло, а на улицах ещё немного людей."],
      ["поездки", "Нужны ли сапоги для прогулки у моря?", "В сухую погоду хватит крепких ботинок."],
      ["поездки", "За сколько времени приходить на вокзал?", "За двадцать минут до отправления вполне достаточно."],
      ["здоровье", "Что помогает при боли в горле?", "Тёплый чай с мёдом, покой и много воды."],
      ["здоровье", "Сколько спит ребёнок десяти лет?", "Обычно от девяти до одиннадцати часов."],
      ["школа", "Почему луна меняет форму?", "Мы видим то больше, то меньше её светлой половины."],
      ["школа", "Сколько будет семью двенадцать?", "Семью двенадцать — восемьдесят четыре."],
    ],
    closings: [
      "Хорошего дня!",
      "Спросите ещё раз, если что-то неясно.",
      "Так всегда говорила моя бабушка.",
      "Это почти ничего не стоит, около 3 рублей.",
    ],
  },
  zh: {
    pairs: [
      ["烹饪", "鸡蛋要煮多久？", "煮八分钟蛋黄会凝固，六分钟则是溏心。"],
      ["烹饪", "做蛋糕可以用什么代替黄油？", "苹果泥或者酸奶都很合适。"],
      ["烹饪", "怎样煮饭才不会粘锅？", "先用冷水淘米，煮好后再焖一会儿。"],
      ["旅行", "几月去杭州最好？", "四月天气温和，西湖边的花也开了。"],
      ["旅行", "走海边的步道需要穿靴子吗？", "天气干燥的时候穿结实的鞋就够了。"],
      ["旅行", "我们应该提前多久到车站？", "开车前二十分钟到就来得及。"],
      ["健康", "喉咙痛怎么办？", "喝加蜂蜜的热茶，多休息，多喝水。"],
      ["健康", "十岁的孩子每天要睡多久？", "一般要睡九到十一个小时。"],
      ["学校", "为什么月亮的形状会变化？", "因为我们看到的亮面时多时少。"],
      ["学校", "七乘以十二等于多少？", "七乘以十二等于八十四。"],
    ],
    closings: ["祝你今天愉快！", "如果还有不清楚的地方可以再问。", "我奶奶一直这么说。", "花费很少，大约3元。"],
  },
  ja: {
    pairs: [
      ["料理", "卵は何分ゆでればいいですか？", "固ゆでなら八分、半熟なら六分が目安です。"],
      ["料理", "ケーキのバターの代わりに何が使えますか？", "りんごのピューレかヨーグルトがよく合います。"],
      ["料理", "ご飯がくっつかないようにするには？", "冷たい水でよく研いで、炊いた後に蒸らします。"],
      ["旅行", "京都へ行くなら何月がいいですか？", "五月は過ごしやすく、人も多すぎません。"],
      ["旅行", "海辺の道を歩くのに長靴は必要ですか？", "晴れた日なら丈夫な靴で十分です。"],
      ["旅行", "駅にはどのくらい前に着けばいいですか？", "出発の二十分前に着けば大丈夫です。"],
      ["健康", "のどの痛みには何が効きますか？", "はちみつ入りの温かいお茶と休息、そして水分です。"],
      ["健康", "十歳の子どもは何時間寝ればいいですか？", "九時間から十一時間が普通です。"],
      ["学校", "月の形が変わるのはなぜですか？", "光の当たる半分の見え方が変わるからです。"],
      ["学校", "七かける十二はいくつですか？", "七かける十二は八十四です。"],
    ],
    closings: [
      "よい一日を！",
      "分からないことがあればまた聞いてください。",
      "祖母がいつもそう言っていました。",
      "費用はほとんどかからず、3ユーロくらいです。",
    ],
  },
  ar: {
    pairs: [
      ["طبخ", "كم دقيقة تُسلق البيضة؟", "ثماني دقائق لصفار متماسك وست دقائق لصفار طري."],
      ["طبخ", "بماذا أستبدل الزبدة في الكعكة؟", "هريس التفاح أو اللبن مناسب جدا."],
      ["طبخ", "كيف أمنع الأرز من الالتصاق؟", "اغسله بماء بارد واتركه يرتاح بعد الطهي."],
      ["سفر", "ما أفضل شهر لزيارة مراكش؟", "في أبريل يكون الجو معتدلا والشوارع هادئة."],
      ["سفر", "هل أحتاج إلى حذاء طويل لطريق الساحل؟", "يكفي حذاء متين إذا كان الطقس جافا."],
      ["سفر", "متى يجب أن نصل إلى المحطة؟", "قبل موعد السفر بعشرين دقيقة."],
      ["صحة", "ما الذي يخفف ألم الحلق؟", "الشاي الدافئ مع العسل والراحة وشرب الماء."],
      ["صحة", "كم ساعة ينام طفل في العاشرة؟", "من تسع إلى إحدى عشرة ساعة عادة."],
      ["مدرسة", "لماذا يتغير شكل القمر؟", "لأننا نرى جزءا أكبر أو أصغر من نصفه المضيء."],
      ["مدرسة", "كم يساوي سبعة في اثني عشر؟", "سبعة في اثني عشر يساوي أربعة وثمانين."],
    ],
    closings: [
      "يوم سعيد!",
      "اسأل مرة أخرى إذا لم يكن الأمر واضحا.",
      "هكذا كانت تقول جدتي دائما.",
      "التكلفة قليلة، حوالي 3 دراهم.",
    ],
  },
  hi: {
    pairs: [
      ["रसोई", "अंडा कितनी देर उबालना चाहिए?", "सख्त जर्दी के लिए आठ मिनट और नरम के लिए छह मिनट।"],
      ["रसोई", "केक में मक्खन की जगह क्या डालें?", "सेब की चटनी या दही अच्छा रहता है।"],
      ["रसोई", "चावल को चिपकने से कैसे रोकें?", "ठंडे पानी से धोएँ और पकने के बाद थोड़ी देर ढक दें।"],
      ["यात्रा", "जयपुर जाने के लिए कौन सा महीना अच्छा है?", "नवंबर में मौसम सुहावना रहता है और भीड़ कम होती है।"],
      ["यात्रा", "क्या समुद्र के रास्ते के लिए जूते चाहिए?", "सूखे मौसम में मजबूत जूते काफी हैं।"],
      ["यात्रा", "स्टेशन पर कितनी देर पहले पहुँचें?", "गाड़ी छूटने से बीस मिनट पहले पहुँचना ठीक है।"],
      ["सेहत", "गले की खराश में क्या मदद करता है?", "शहद वाली गर्म चाय, आराम और खूब पानी।"],
      ["सेहत", "दस साल का बच्चा कितने घंटे सोता है?", "आम तौर पर नौ से ग्यारह घंटे।"],
      ["स्कूल", "चाँद का आकार क्यों बदलता है?", "हमें उसका रोशन हिस्सा कभी ज्यादा कभी कम दिखता है।"],
      ["स्कूल", "सात गुना बारह कितना होता है?", "सात गुना बारह चौरासी होता है।"],
    ],
    closings: [
      "आपका दिन शुभ हो!",
      "कुछ समझ न आए तो फिर पूछिए।",
      "मेरी दादी हमेशा यही कहती थीं।",
      "खर्च बहुत कम है, करीब 3 रुपये।",
    ],
  },
};

export const LANGUAGES: readonly string[] = Object.keys(WRITTEN);

/** Record `i` of a language, 0 to 39: no two are the same. */
export function exchange(language: string, i: number): Exchange {
  const written = WRITTEN[language] as Language;
  const [topic, question, answer] = written.pairs[i % 10] as Language["pairs"][number];
  const closing = written.closings[Math.floor(i / 10) % 4] as string;
  const other = written.pairs[(i + 3) % 10] as Language["pairs"][number];
  return { topic, question, answer: `${answer} ${closing}`, context: `${other[2]} ${closing}` };
}
